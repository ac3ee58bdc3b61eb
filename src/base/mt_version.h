
/*
 * The version of the product, in this place alone: `meetingctl --version`, the
 * module's notice at start, the status and CHANGELOG.md say the same.
 */

#ifndef MT_VERSION_H
#define MT_VERSION_H


#define MT_VERSION  "0.10.0"

#endif /* MT_VERSION_H */

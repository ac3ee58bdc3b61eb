
/*
 * Lists of networks: "192.0.2.0/24,2001:db8::/32,198.51.100.7".
 */

#ifndef MT_CIDR_H
#define MT_CIDR_H

#include "base/mt_base.h"


/* Returns 1 for a list of at least one network, each an IPv4 or IPv6 address
 * with or without a prefix length; no bit behind the prefix may be set.  Else
 * 0. */
int mt_cidr_valid(mt_str_t list);

/* Returns 1 if a network of the list contains the address, a text.  An IPv4
 * address that is written as an IPv6 one ("::ffff:192.0.2.1") is taken as
 * IPv4.  Returns 0 if none does, or for any other text. */
int mt_cidr_contains(mt_str_t list, mt_str_t address);

#endif /* MT_CIDR_H */

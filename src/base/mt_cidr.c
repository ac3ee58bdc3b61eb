
#include "base/mt_cidr.h"

#include <arpa/inet.h>


#define MT_CIDR_IPV4  4         /* bytes */
#define MT_CIDR_IPV6  16


typedef struct {
    uint8_t   bytes[MT_CIDR_IPV6];
    unsigned  len;              /* bytes */
    unsigned  bits;             /* of the prefix */
} mt_cidr_t;


static int mt_cidr_next(mt_str_t *list, mt_cidr_t *network);
static int mt_cidr_read(mt_str_t text, mt_cidr_t *network);
static int mt_cidr_address(mt_str_t text, mt_cidr_t *network);
static int mt_cidr_has(const mt_cidr_t *network, const mt_cidr_t *address);


int
mt_cidr_valid(mt_str_t list)
{
    int        rc;
    mt_cidr_t  network;

    if (list.len == 0) {
        return 0;
    }

    while ((rc = mt_cidr_next(&list, &network)) == 1) { }

    return rc == 0;
}


int
mt_cidr_contains(mt_str_t list, mt_str_t text)
{
    mt_cidr_t  network, address;

    static const uint8_t  mapped[] = { [10] = 0xff, [11] = 0xff };

    if (!mt_cidr_address(text, &address)) {
        return 0;
    }

    if (address.len == MT_CIDR_IPV6
        && memcmp(address.bytes, mapped, sizeof(mapped)) == 0)
    {
        memmove(address.bytes, address.bytes + sizeof(mapped), MT_CIDR_IPV4);
        address.len = MT_CIDR_IPV4;
    }

    while (mt_cidr_next(&list, &network) == 1) {
        if (mt_cidr_has(&network, &address)) {
            return 1;
        }
    }

    return 0;
}


/* Takes the first network off a list.  Returns 1, 0 at its end, -1 if it is
 * none. */

static int
mt_cidr_next(mt_str_t *list, mt_cidr_t *network)
{
    size_t       len;
    mt_str_t     text;
    const char  *comma;

    if (list->len == 0) {
        return 0;
    }

    comma = memchr(list->data, ',', list->len);
    len = comma ? (size_t) (comma - list->data) : list->len;
    text = (mt_str_t) { len, list->data };

    /* a comma at the end is followed by an empty network */

    if (comma && len + 1 == list->len) {
        return -1;
    }

    len += (comma != NULL);
    list->data += len;
    list->len -= len;

    return mt_cidr_read(text, network) ? 1 : -1;
}


static int
mt_cidr_read(mt_str_t text, mt_cidr_t *network)
{
    unsigned     i;
    int64_t      bits;
    mt_str_t     prefix;
    const char  *slash;

    slash = text.len ? memchr(text.data, '/', text.len) : NULL;

    if (slash) {
        prefix.data = slash + 1;
        prefix.len = text.len - (size_t) (slash + 1 - text.data);
        text.len = (size_t) (slash - text.data);
    }

    if (!mt_cidr_address(text, network)) {
        return 0;
    }

    if (slash == NULL) {
        return 1;
    }

    if (!mt_parse_int(prefix, &bits) || bits < 0 || bits > network->bits) {
        return 0;
    }

    for (i = (unsigned) bits; i < network->bits; i++) {
        if (network->bytes[i / 8] & (0x80 >> i % 8)) {
            return 0;
        }
    }

    network->bits = (unsigned) bits;

    return 1;
}


/* Reads an address as a network of it alone. */

static int
mt_cidr_address(mt_str_t text, mt_cidr_t *network)
{
    char  z[INET6_ADDRSTRLEN];

    if (text.len == 0 || text.len >= sizeof(z)) {
        return 0;
    }

    memcpy(z, text.data, text.len);
    z[text.len] = '\0';

    network->len = inet_pton(AF_INET, z, network->bytes) == 1 ? MT_CIDR_IPV4
                   : inet_pton(AF_INET6, z, network->bytes) == 1
                   ? MT_CIDR_IPV6 : 0;
    network->bits = 8 * network->len;

    return network->len != 0;
}


static int
mt_cidr_has(const mt_cidr_t *network, const mt_cidr_t *address)
{
    unsigned  i;

    if (network->len != address->len) {
        return 0;
    }

    for (i = 0; i < network->bits; i++) {
        if ((network->bytes[i / 8] ^ address->bytes[i / 8]) & (0x80 >> i % 8))
        {
            return 0;
        }
    }

    return 1;
}

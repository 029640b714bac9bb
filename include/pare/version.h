#ifndef PARE_VERSION_H
#define PARE_VERSION_H

/* The version of the headers. pare_version() and pare::version() give that of the library. */
#define PARE_VERSION_MAJOR 0
#define PARE_VERSION_MINOR 1
#define PARE_VERSION_PATCH 0
#define PARE_VERSION_STRING "0.1.0"
/* For comparisons: 1.2.3 is 10203. */
#define PARE_VERSION_NUMBER \
  (PARE_VERSION_MAJOR * 10000 + PARE_VERSION_MINOR * 100 + PARE_VERSION_PATCH)

#endif

// A pure room reached for Asio.
#error "pure rooms have no sockets, SQL, clocks, threads or randomness: take what you need as a parameter (docs/house.md)"

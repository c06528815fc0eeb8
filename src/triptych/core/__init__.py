"""The objects that everything shares: Atlas, Store, errors, parameters, registry; knows no algorithm, draws nothing."""

@_exported import Budgets
@_exported import Documents
@_exported import Environments
@_exported import Learning
@_exported import LinearAlgebra
@_exported import NeuralNetworks
@_exported import Optimization
@_exported import PolicyFormats

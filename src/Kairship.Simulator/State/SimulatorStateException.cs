namespace Kairship.Simulator.State;

/// <summary>A state folder cannot be used; the message says which, why, and what to do.</summary>
public sealed class SimulatorStateException(string message, Exception? inner = null) : Exception(message, inner);

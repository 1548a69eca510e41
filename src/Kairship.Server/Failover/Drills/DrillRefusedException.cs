namespace Kairship.Server.Failover.Drills;

/// <summary>A drill cannot be carried out; the message says why, and what would help.</summary>
internal sealed class DrillRefusedException(string message) : Exception(message);

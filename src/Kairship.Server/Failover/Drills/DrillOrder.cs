namespace Kairship.Server.Failover.Drills;

/// <summary>What is to be drilled.</summary>
/// <param name="Id">Of the report.</param>
/// <param name="Cluster">Whose loss; null: the one with the most replicas.</param>
/// <param name="Timeout">From the loss to the end.</param>
/// <param name="Instance">The workflow instance that carries it out.</param>
internal sealed record DrillOrder(string Id, string? Cluster, TimeSpan Timeout, string By, string Instance);

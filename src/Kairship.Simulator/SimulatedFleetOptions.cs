namespace Kairship.Simulator;

/// <summary>Where a fleet has its files.</summary>
public sealed record SimulatedFleetOptions
{
    /// <summary>
    /// Folder for NAME.kubeconfig of each cluster and for <c>control.json</c>, by which <see cref="Control.SimulatorClient"/> finds the fleet; one fleet at a time uses
    /// it. Null for a fleet without files and without control.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Whether the clusters are kept in the folder: objects, resource versions, certificates, tokens, ports and faults outlive the process.</summary>
    public bool Keep { get; init; }
}

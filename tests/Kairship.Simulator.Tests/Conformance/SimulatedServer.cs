namespace Kairship.Simulator.Tests.Conformance;

/// <summary>The simulator, with three nodes, in real time.</summary>
public sealed class SimulatedServer : ConformanceServer
{
    private SimulatedCluster? _cluster;

    public override string? WhyMissing => null;

    public SimulatedCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster is not started yet.");

    public override Task ForgetUntilAsync(string resourceVersion)
    {
        Cluster.Store.Compact(long.Parse(resourceVersion));
        return Task.CompletedTask;
    }

    protected override async Task<string> RunAsync()
    {
        _cluster = await SimulatedCluster.StartAsync(new() { Name = "conformance" });
        return _cluster.Kubeconfig;
    }

    protected override ValueTask StopAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

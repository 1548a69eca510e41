using System.Security.Cryptography.X509Certificates;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Simulator;
using Kairship.Testing.Kube;

namespace Kairship.Fleet.Tests.Resources;

/// <summary>One joined cluster, "edge", shared by a class of tests; each test works in a namespace of its own.</summary>
public abstract class ClusterUnderTest : IAsyncLifetime
{
    internal FleetUnderTest Fleet { get; } = new();

    public ClusterConnection Connection { get; private set; } = null!;

    public string Kubeconfig { get; private set; } = "";

    /// <summary>What to skip for; null: the cluster is there.</summary>
    public string? WhyMissing { get; protected set; }

    public async ValueTask InitializeAsync()
    {
        if (await StartAsync() is { } kubeconfig)
        {
            Kubeconfig = kubeconfig;
            Connection = await Fleet.JoinAsync("edge", kubeconfig);
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Fleet.DisposeAsync();
        await StopAsync();
    }

    /// <summary>A new namespace.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = $"ns-{Guid.NewGuid():N}"[..12];
        await Connection.Resources.ApplyAsync(SampleManifests.Of($"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {name} }} }}"), new ApplyOptions());
        // Pods need the account that a controller makes in every namespace.
        await FleetUnderTest.UntilAsync(
            async () => await Connection.Resources.GetAsync(new("v1", "ServiceAccount", name, "default")) is not null, "the default service account");
        return name;
    }

    protected abstract Task<string?> StartAsync();

    protected abstract ValueTask StopAsync();
}

public sealed class Simulated : ClusterUnderTest
{
    public SimulatedCluster Cluster { get; private set; } = null!;

    protected override async Task<string?> StartAsync()
    {
        Cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim" });
        return Cluster.Kubeconfig;
    }

    protected override ValueTask StopAsync() => Cluster.DisposeAsync();
}

public sealed class Real : ClusterUnderTest
{
    private RealControlPlane? _plane;

    public Uri Server => new(Kairship.Fleet.Clusters.Kubeconfig.Parse(_plane!.Kubeconfig, null, new ClusterOptions()).Server);

    /// <summary>Its certificate authority.</summary>
    public X509Certificate2Collection Roots
    {
        get
        {
            var entry = KubeconfigFile.Read(_plane!.Kubeconfig).Clusters!.Single().Cluster!;
            return TlsMaterial.Roots(entry)!;
        }
    }

    /// <summary>The administrator's kubeconfig as a file.</summary>
    public async Task<string> KubeconfigFileAsync()
    {
        var file = Path.Combine(Path.GetTempPath(), $"kairship-{Guid.NewGuid():N}.kubeconfig");
        await File.WriteAllTextAsync(file, _plane!.Kubeconfig);
        return file;
    }

    protected override async Task<string?> StartAsync()
    {
        WhyMissing = RealControlPlane.WhyMissing;
        _plane = WhyMissing is null ? await RealControlPlane.StartAsync("fleet") : null;
        return _plane?.Kubeconfig;
    }

    protected override ValueTask StopAsync() => _plane?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>One control plane for all classes that need one.</summary>
[CollectionDefinition(Name)]
public sealed class RealCollection : ICollectionFixture<Real>
{
    public const string Name = "real control plane";
}

using Kairship.Simulator.Api;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Hosting;
using Kairship.Simulator.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator;

/// <summary>
/// A Kubernetes cluster inside this process: its API on 127.0.0.1 over HTTPS, its controllers on simulated nodes, and switches that break it.
/// kubectl and KubernetesClient take its <see cref="Kubeconfig"/>.
/// </summary>
public sealed class SimulatedCluster : IAsyncDisposable
{
    private static readonly TimeSpan RestInterval = TimeSpan.FromSeconds(2);
    private readonly BearerTokens _tokens;
    private readonly ControlPlane _controlPlane;
    private readonly ClusterHost _host;
    private readonly ITimer _rest;

    private SimulatedCluster(
        SimulatedClusterOptions options, ObjectStore store, ClusterFaults faults, BearerTokens tokens, ControlPlane controlPlane, ClusterHost host, string caPem)
    {
        Options = options;
        Store = store;
        Faults = faults;
        CaPem = caPem;
        _tokens = tokens;
        _controlPlane = controlPlane;
        _host = host;
        _rest = TimeProvider.System.CreateTimer(static s => ((ObjectStore)s!).Rest(), store, RestInterval, RestInterval);
    }

    public string Name => Options.Name;

    public SimulatedClusterOptions Options { get; }

    /// <summary>Where the API is served.</summary>
    public Uri Url => _host.Url;

    /// <summary>A bearer token that never expires.</summary>
    public string Token => _tokens.Permanent;

    /// <summary>The CA that issued the serving certificate; empty without TLS.</summary>
    public string CaPem { get; }

    /// <summary>Kubeconfig (YAML) with CA and token.</summary>
    public string Kubeconfig => Hosting.Kubeconfig.Yaml(Name, Url, CaPem, Token);

    /// <summary>Switches that break the cluster.</summary>
    public ClusterFaults Faults { get; }

    /// <summary>All objects, to inspect and to seed.</summary>
    public ObjectStore Store { get; }

    /// <summary>Requests that arrived, failed ones too; those of the control endpoint do not count.</summary>
    public long Requests => _host.Injection.Requests;

    /// <summary>Requests among them that may write: not GET, and not a dry run.</summary>
    public long MutatingRequests => _host.Injection.MutatingRequests;

    /// <summary>Reconciliations of controllers that threw; anything but 0 is a bug of the simulator.</summary>
    public long ControllerFailures => _controlPlane.Failures;

    /// <summary>Starts a cluster; its nodes are Ready and its API answers when the task completes.</summary>
    /// <param name="options">What the cluster is like.</param>
    /// <param name="clock">Clock of controllers, tokens and timestamps; the system's when null.</param>
    /// <param name="ct">Gives up starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SimulatedCluster> StartAsync(SimulatedClusterOptions options, TimeProvider? clock = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new ClusterFaults();
        var skewed = new SkewedTimeProvider(clock ?? TimeProvider.System, faults);
        var store = new ObjectStore(skewed);
        var tokens = new BearerTokens(skewed);
        var certificates = options.Tls ? ClusterCertificates.Create(options.Name) : null;
        ApiServer.Seed(store);
        for (var i = 0; i < options.Nodes; i++)
        {
            store.Create(new ObjectKey("", "nodes", null, NodeFactory.NameOf(options, i)), NodeFactory.Node(options, i, skewed));
        }

        var control = new ControlOptions { PodReadyAfter = options.PodReadyAfter, Delay = options.ControllerDelay, CaPem = certificates?.CaPem ?? "" };
        var controlPlane = new ControlPlane(store, skewed, faults, control);
        try
        {
            controlPlane.Drain();
            var host = await ClusterHost.StartAsync(options, certificates, store, faults, tokens, skewed, ct);
            store.Rest(everything: true);
            controlPlane.Start();
            return new SimulatedCluster(options, store, faults, tokens, controlPlane, host, certificates?.CaPem ?? "");
        }
        catch
        {
            controlPlane.Dispose();
            throw;
        }
    }

    /// <summary>A further bearer token that is accepted for a time; zero or less issues one that has expired already.</summary>
    public string IssueToken(TimeSpan validFor) => _tokens.Issue(validFor);

    /// <summary>Closes all connections and stops the controllers. The objects are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _rest.DisposeAsync();
        _controlPlane.Dispose();
        await _host.DisposeAsync();
    }
}

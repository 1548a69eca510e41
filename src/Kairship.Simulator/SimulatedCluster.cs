using Kairship.Simulator.Api;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Hosting;
using Kairship.Simulator.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.State;

namespace Kairship.Simulator;

/// <summary>
/// A Kubernetes cluster inside this process: its API on 127.0.0.1 over HTTPS, its controllers on simulated nodes, and switches that break it.
/// kubectl and KubernetesClient take its <see cref="Kubeconfig"/>.
/// </summary>
public sealed class SimulatedCluster : IAsyncDisposable
{
    private readonly BearerTokens _tokens;
    private readonly ControlPlane _controlPlane;
    private readonly FaultExpiry _expiry;
    private Journal? _journal;
    private FleetHost? _ownHost;

    private SimulatedCluster(
        SimulatedClusterOptions options, ObjectStore store, ClusterFaults faults, BearerTokens tokens, ControlPlane controlPlane, FaultExpiry expiry, ClusterFront front)
    {
        Options = options;
        Store = store;
        Faults = faults;
        Front = front;
        _tokens = tokens;
        _controlPlane = controlPlane;
        _expiry = expiry;
    }

    public string Name => Options.Name;

    public SimulatedClusterOptions Options { get; }

    /// <summary>Where the API is served.</summary>
    public Uri Url => Front.Url;

    /// <summary>A bearer token that never expires.</summary>
    public string Token => _tokens.Permanent;

    /// <summary>The CA that issued the serving certificate; empty without TLS.</summary>
    public string CaPem => Front.Certificates?.CaPem ?? "";

    /// <summary>Kubeconfig (YAML) with CA and token.</summary>
    public string Kubeconfig => Hosting.Kubeconfig.Yaml(Name, Url, CaPem, Token);

    /// <summary>Switches that break the cluster.</summary>
    public ClusterFaults Faults { get; }

    /// <summary>All objects, to inspect and to seed.</summary>
    public ObjectStore Store { get; }

    /// <summary>Requests that arrived, failed ones too.</summary>
    public long Requests => Front.Injection.Requests;

    /// <summary>Requests among them that may write: not GET, and not a dry run.</summary>
    public long MutatingRequests => Front.Injection.MutatingRequests;

    /// <summary>Reconciliations of controllers that threw; anything but 0 is a bug of the simulator.</summary>
    public long ControllerFailures => _controlPlane.Failures;

    internal ClusterFront Front { get; }

    /// <summary>Why the faults that hold now are not on disk; null when they are, or need not be.</summary>
    internal string? UnsavedFaults { get; private set; }

    /// <summary>Whether it outlives its process.</summary>
    internal bool IsKept => _journal is not null;

    /// <summary>Starts a cluster; its nodes are Ready and its API answers when the task completes.</summary>
    /// <param name="options">What the cluster is like.</param>
    /// <param name="clock">Clock of controllers, tokens and timestamps; the system's when null.</param>
    /// <param name="ct">Gives up starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SimulatedCluster> StartAsync(SimulatedClusterOptions options, TimeProvider? clock = null, CancellationToken ct = default)
    {
        var cluster = Build(options, clock ?? TimeProvider.System);
        try
        {
            cluster._ownHost = await FleetHost.StartAsync([cluster], control: null, ct);
            cluster.Begin();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new cluster with its nodes; it acts and can be reached as soon as a host serves it and it has begun.</summary>
    internal static SimulatedCluster Build(SimulatedClusterOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        var certificates = options.Tls ? ClusterCertificates.Create(options.Name) : null;
        var cluster = Assemble(options, clock, certificates, token: null, new FaultSettings(), store =>
        {
            ApiServer.Seed(store);
            for (var i = 0; i < options.Nodes; i++)
            {
                store.Create(new ObjectKey("", "nodes", null, NodeFactory.NameOf(options, i)), NodeFactory.Node(options, i, store.Clock));
            }
        });
        cluster._controlPlane.Drain();
        cluster.Store.Rest(everything: true);
        return cluster;
    }

    /// <summary>A cluster as it was when its process ended.</summary>
    internal static SimulatedCluster Restore(SavedCluster saved, ClusterFolder folder, TimeProvider clock)
    {
        var faults = NamedFaults.Expire(saved.Faults, clock.GetUtcNow());
        var (options, certificates, token) = (saved.Identity.Options, saved.Identity.Certificates, saved.Identity.Token);
        var cluster = Assemble(options, clock, certificates, token, faults, store => store.Restore(saved.Objects, saved.Revision));
        cluster.KeepIn(folder, saved.Journal);
        return cluster;
    }

    /// <summary>Keeps everything in a folder from now on, the port too.</summary>
    internal void KeepIn(ClusterFolder folder)
    {
        var identity = new ClusterIdentity(ClusterIdentity.CurrentFormat, Options with { Port = Front.Port }, Token, Front.Certificates);
        Journal? journal = null;
        Store.Dump((objects, revision) => journal = folder.Create(identity, objects, revision));
        KeepIn(folder, journal!);
    }

    /// <summary>Lets the controllers act by themselves.</summary>
    internal void Begin() => _controlPlane.Start();

    /// <summary>Saves memory and disk; see <see cref="ObjectStore.Rest"/>.</summary>
    internal int Rest()
    {
        var packed = Store.Rest();
        if (_journal is { IsLong: true })
        {
            Store.Dump(_journal.Compact);
        }

        return packed;
    }

    /// <summary>A further bearer token that is accepted for a time; zero or less issues one that has expired already. It is not kept over a restart.</summary>
    public string IssueToken(TimeSpan validFor) => _tokens.Issue(validFor);

    /// <summary>Closes all connections and stops the controllers. The objects are gone, unless they are kept in a folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _controlPlane.Dispose();
        _expiry.Dispose();
        if (_ownHost is not null)
        {
            await _ownHost.DisposeAsync();
        }
        else if (Front.Listener is { } listener)
        {
            await listener.DisposeAsync();
        }

        Store.PersistTo(null);
        _journal?.Dispose();
    }

    private static SimulatedCluster Assemble(
        SimulatedClusterOptions options, TimeProvider clock, ClusterCertificates? certificates, string? token, FaultSettings settings, Action<ObjectStore> fill)
    {
        var faults = new ClusterFaults();
        faults.Set(settings);
        var skewed = new SkewedTimeProvider(clock, faults);
        var store = new ObjectStore(skewed);
        fill(store);
        var tokens = new BearerTokens(skewed, token);
        var control = new ControlOptions { PodReadyAfter = options.PodReadyAfter, Delay = options.ControllerDelay, CaPem = certificates?.CaPem ?? "" };
        var front = new ClusterFront(options, certificates, store, faults, tokens, skewed);
        return new SimulatedCluster(options, store, faults, tokens, new ControlPlane(store, skewed, faults, control), new FaultExpiry(faults, clock), front);
    }

    private void KeepIn(ClusterFolder folder, Journal journal)
    {
        _journal = journal;
        Store.PersistTo(journal.Append);
        var saving = new Lock();
        Faults.Changed += (_, _) =>
        {
            // Whoever comes last writes what holds then.
            lock (saving)
            {
                Save(folder);
            }
        };
    }

    // A fault holds whether or not the disk takes it, and for everybody who has to know of it.
    private void Save(ClusterFolder folder)
    {
        try
        {
            folder.Save(Faults.Settings);
            UnsavedFaults = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            UnsavedFaults = e.Message;
        }
    }
}

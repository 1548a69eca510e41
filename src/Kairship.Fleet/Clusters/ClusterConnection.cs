using k8s;
using Kairship.Fleet.Resources;

namespace Kairship.Fleet.Clusters;

/// <summary>One cluster as Kairship talks to it: a client, a pipeline, and what was learnt of what it serves. Lives as long as the record's revision.</summary>
public sealed class ClusterConnection : IDisposable
{
    private readonly ClusterTransport _transport;
    private readonly ClusterPipeline _pipeline;
    private int _disposed;

    internal ClusterConnection(string cluster, long revision, KubernetesClientConfiguration configuration, ClusterOptions options, TimeProvider clock)
    {
        (Cluster, Revision, Options) = (cluster, revision, options);
        _transport = new ClusterTransport(cluster, configuration, options, clock);
        _pipeline = new ClusterPipeline(options, clock);
        Discovery = new Discovery(this, clock);
        Resources = new ResourceClient(this);
    }

    public string Cluster { get; }

    /// <summary>The revision of the cluster's record that this connection was built from.</summary>
    public long Revision { get; }

    /// <summary>What the cluster serves.</summary>
    public Discovery Discovery { get; }

    /// <summary>Reads and writes objects.</summary>
    public ResourceClient Resources { get; }

    internal ClusterOptions Options { get; }

    /// <summary>The moment from which on the connection must be built anew, since its client certificate came from a program and is never renewed.</summary>
    internal DateTimeOffset RebuildAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Through the pipeline; any status is an answer.</summary>
    internal async Task<ClusterAnswer> TrySendAsync(ClusterRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(_transport, request, cancellationToken);
        }
        catch (Exception exception) when (FailureTranslation.FromPipeline(Cluster, exception, Options) is { } failure)
        {
#pragma warning disable MA0027 // Not a rethrow: the filter made another exception.
            throw failure;
#pragma warning restore MA0027
        }
        catch (ObjectDisposedException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw FailureTranslation.FromTransport(Cluster, exception, Options)!;
        }
    }

    /// <summary>Through the pipeline; what is no success is thrown.</summary>
    internal async Task<ClusterAnswer> SendAsync(ClusterRequest request, CancellationToken cancellationToken)
    {
        var answer = await TrySendAsync(request, cancellationToken);
        return answer.IsSuccess ? answer : throw FailureTranslation.FromAnswer(Cluster, answer);
    }

    /// <summary>Past the pipeline, once: for probes, which want the truth of this moment.</summary>
    internal Task<ClusterAnswer> SendOnceAsync(ClusterRequest request, CancellationToken cancellationToken) => _transport.SendAsync(request, cancellationToken);

    /// <summary>A stream past the pipeline: a watch holds no permit.</summary>
    internal Task<HttpResponseMessage> OpenAsync(ClusterRequest request, CancellationToken cancellationToken) => _transport.OpenAsync(request, cancellationToken);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _transport.Dispose();
            _pipeline.Dispose();
        }
    }
}

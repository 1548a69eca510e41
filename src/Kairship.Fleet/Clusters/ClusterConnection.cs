using Kairship.Fleet.Clusters.Credentials;
using Kairship.Fleet.Resources;

namespace Kairship.Fleet.Clusters;

/// <summary>One cluster as Kairship talks to it: a client, a pipeline, and what was learnt of what it serves. Lives as long as the record's revision.</summary>
public sealed class ClusterConnection : IDisposable
{
    private readonly ClusterTransport _transport;
    private readonly ClusterPipeline _pipeline;
    private readonly ClusterAccess _access;
    private readonly TimeProvider _clock;
    private readonly FileStamp _roots;
    private int _disposed;

    internal ClusterConnection(string cluster, long revision, ClusterAccess access, ClusterOptions options, TimeProvider clock)
    {
        (Cluster, Revision, Options, _access, _clock) = (cluster, revision, options, access, clock);
        _roots = access.RootsFile is { } file ? FileStamp.Of(file) : default;
        _transport = new ClusterTransport(cluster, access, options, clock);
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

    /// <summary>The connection must be built anew: its client certificate or the CA was renewed, and both are looked at only while connecting.</summary>
    internal bool IsOutdated => _access.Credentials.IsOutdated(_access.Certificate) || (_access.RootsFile is { } file && FileStamp.Of(file) is var stamp && stamp != default && stamp != _roots);

    /// <summary>Certificates and tokens that end some day, as far as known.</summary>
    internal async ValueTask<IReadOnlyList<(string What, DateTimeOffset EndsAt)>> ExpiriesAsync(CancellationToken cancellationToken)
    {
        var found = new List<(string, DateTimeOffset)>();
        if (_transport.Trust.ServerExpiresAt is { } server)
        {
            found.Add(("the cluster's serving certificate", server));
        }

        // What a program gives is renewed by itself.
        if (_access.Credentials is not ProgramCredentials && (await _access.Credentials.GetAsync(cancellationToken)).ExpiresAt is { } own)
        {
            found.Add((_access.Credentials.Description, own));
        }

        return found;
    }

    /// <summary>What an answer that is no success means, and what to do about it.</summary>
    internal ClusterException Failure(ClusterAnswer answer)
    {
        var failure = FailureTranslation.FromAnswer(Cluster, answer);
        if (failure.Kind == ClusterFailure.Unauthorized)
        {
            var credentials = _access.Credentials;
            var certificate = _access.Certificate is { } shown && CredentialSet.EndOf(shown) < _clock.GetUtcNow() ? shown : null;
            var ended = certificate is not null ? $", which has expired at {certificate.NotAfter.ToUniversalTime():u}" : "";
            return new ClusterException(
                ClusterFailure.Unauthorized, Cluster, $"its API server does not accept {credentials.Description}{ended} (401): it is wrong or has expired; {credentials.Remedy}", failure)
            {
                Status = failure.Status, Reason = failure.Reason, Cause = certificate is null ? null : "CertificateExpired",
            };
        }

        return failure.Kind == ClusterFailure.Forbidden
            ? new ClusterException(ClusterFailure.Forbidden, Cluster, $"{failure.Detail}. Grant it: \"kairship cluster rbac\" prints the rights that are needed", failure)
            {
                Status = failure.Status, Reason = failure.Reason,
            }
            : failure;
    }

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

    /// <summary>A client of its own: it shares no connection with others, so that a dead one is none of its trouble. The caller disposes of it.</summary>
    internal ClusterTransport Spare() => new(Cluster, _access, Options, _clock);

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

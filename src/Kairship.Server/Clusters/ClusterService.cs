using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Server.Problems;

namespace Kairship.Server.Clusters;

/// <summary>Joining, showing and removing member clusters.</summary>
internal sealed class ClusterService(ClusterRegistry registry, ClusterHealthBook book, ClusterSupervisor supervisor, IDeliveryStore delivery, TimeProvider time)
{
    private const int ReleasesLookedAt = 20;
    private const int TransitionsShown = 50;

    public async Task<Answer<ClusterInfo>> JoinAsync(JoinClusterRequest request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Kubeconfig) != request.InCluster)
        {
            return Refusal.Unprocessable(
                request.InCluster ? "There is a kubeconfig in the request, and inCluster as well." : "There is no kubeconfig in the request.",
                [new ProblemError("kubeconfig", "must be the YAML of a kubeconfig with its data inline, or empty with inCluster")]);
        }

        // Joined again, with new credentials say, a cluster stays where the waves expect it.
        var labels = request.Labels ?? (await registry.GetAsync(request.Name ?? "", cancellationToken))?.Labels ?? new Dictionary<string, string>();
        var result = request.InCluster
            ? await registry.JoinOwnAsync(request.Name ?? "", labels, cancellationToken)
            : await registry.JoinAsync(request.Name ?? "", request.Kubeconfig!, request.Context, labels, cancellationToken);
        if (result is JoinResult.Failure failure)
        {
            return Explain(failure);
        }

        var joined = (JoinResult.Joined)result;
        await book.JoinedAsync(joined.Record.Name, joined.Version, cancellationToken);
        supervisor.Look();
        return ClusterInfos.Of(joined.Record, await book.FindAsync(joined.Record.Name, cancellationToken), time.GetUtcNow());
    }

    public async Task<PageOf<ClusterInfo>> ListAsync(Paging paging, CancellationToken cancellationToken)
    {
        var reports = await book.AllAsync(cancellationToken);
        return paging.Cut<ClusterInfo>([.. (await registry.ListAsync(cancellationToken)).Select(r => ClusterInfos.Of(r, reports.GetValueOrDefault(r.Name), time.GetUtcNow()))]);
    }

    public async Task<Answer<ClusterInfo>> GetAsync(string name, CancellationToken cancellationToken) =>
        await registry.GetAsync(name, cancellationToken) is { } record ? ClusterInfos.Of(record, await book.FindAsync(name, cancellationToken), time.GetUtcNow()) : Unknown(name);

    /// <summary>How its readiness changed, the last change first.</summary>
    public async Task<Answer<IReadOnlyList<ClusterTransitionInfo>>> HistoryAsync(string name, CancellationToken cancellationToken) =>
        await registry.GetAsync(name, cancellationToken) is null ? Unknown(name)
            : new Answer<IReadOnlyList<ClusterTransitionInfo>>([.. (await book.HistoryAsync(name, TransitionsShown, cancellationToken)).Select(ClusterInfos.Of)], null);

    public async Task<Refusal?> RemoveAsync(string name, bool force, CancellationToken cancellationToken)
    {
        if (await registry.GetAsync(name, cancellationToken) is null)
        {
            return Unknown(name);
        }

        if (!force && await ReleasedThereAsync(name, cancellationToken) is { Count: > 0 } applications)
        {
            return Refusal.Conflict(
                $"Released in {name}: {string.Join(", ", applications)}. " +
                "Place them elsewhere and release first, or remove the cluster with ?force=true; what runs there then stays as it is.");
        }

        await registry.RemoveAsync(name, cancellationToken);
        await book.ForgetAsync(name, cancellationToken);
        return null;
    }

    private async Task<List<string>> ReleasedThereAsync(string cluster, CancellationToken cancellationToken)
    {
        List<string> found = [];
        foreach (var application in await delivery.ListApplicationsAsync(cancellationToken))
        {
            var (releases, _) = await delivery.ListReleasesAsync(application.Name, 0, ReleasesLookedAt, cancellationToken);
            var telling = releases.Where(r => !r.IsOver).Concat(releases.Where(r => r.Status == ReleaseStatus.Succeeded).Take(1));
            foreach (var release in telling)
            {
                if ((await delivery.ListReleaseClustersAsync(release.Id, cancellationToken)).Any(c => c.Cluster == cluster && c.Phase != ClusterPhase.Left))
                {
                    found.Add(application.Name);
                    break;
                }
            }
        }

        return found;
    }

    private static Refusal Unknown(string name) => Refusal.NotFound($"No cluster named '{name}' has joined.");

    private static Refusal Explain(JoinResult.Failure failure)
    {
        var status = failure.Reason switch
        {
            JoinFailure.AlreadyJoined or JoinFailure.NameTaken => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status422UnprocessableEntity,
        };
        return new Refusal(status, failure.Message, [new ProblemError(FieldOf(failure.Reason), failure.Reason.ToString())]);
    }

    private static string FieldOf(JoinFailure reason) => reason switch
    {
        JoinFailure.InvalidName or JoinFailure.NameTaken => "name",
        JoinFailure.InvalidLabels => "labels",
        _ => "kubeconfig",
    };
}

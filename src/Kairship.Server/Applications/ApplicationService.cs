using Kairship.Activities.Rollouts;
using Kairship.Api;
using Kairship.Api.Applications;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Server.Access;
using Kairship.Server.Drift;
using Kairship.Server.Problems;
using Kairship.Server.Releases;

namespace Kairship.Server.Applications;

/// <summary>Applications and what is known of them.</summary>
internal sealed class ApplicationService(IDeliveryStore delivery, ClusterRegistry clusters, StatusExpressions expressions, PolicySource policies, TimeProvider time)
{
    /// <param name="target">Into which application Karmada's policies go; null: the one that they select.</param>
    public async Task<Answer<AppliedApplication>> ApplyAsync(string yaml, string? target, bool byAdmin, CancellationToken cancellationToken)
    {
        var read = await policies.ReadAsync(yaml, target, cancellationToken);
        if (read.Refusal is { } refusal)
        {
            return refusal;
        }

        var applied = await ApplyAsync(read.Granted.Application, byAdmin, cancellationToken);
        return applied.Refusal is null && read.Granted.Notes.Count > 0 ? applied.Granted with { Notes = read.Granted.Notes } : applied;
    }

    private async Task<Answer<AppliedApplication>> ApplyAsync(Application application, bool byAdmin, CancellationToken cancellationToken)
    {
        if (await UnknownClustersAsync(application, cancellationToken) is { Count: > 0 } unknown)
        {
            return Refusal.Unprocessable("The application names clusters that have not joined.", unknown);
        }

        if (BrokenRules(application) is { Count: > 0 } broken)
        {
            return Refusal.Unprocessable("A status rule is not JavaScript.", broken);
        }

        var before = await delivery.GetApplicationAsync(application.Name, cancellationToken);
        if (before is not null && ApplicationYaml.Write(before) == ApplicationYaml.Write(application))
        {
            return new AppliedApplication(application.Name, "unchanged");
        }

        if (!byAdmin && ApprovalRules.Weakens(before?.Rollout.Approval, application.Rollout.Approval))
        {
            return Refusal.Forbidden(
                $"This would let releases of {application.Name} through with fewer or other approvals than now: that takes a key with the role {Roles.Admin}.");
        }

        await delivery.SaveApplicationAsync(application, time.GetUtcNow(), cancellationToken);
        return new AppliedApplication(application.Name, before is null ? "created" : "configured");
    }

    public async Task<PageOf<ApplicationInfo>> ListAsync(Paging paging, CancellationToken cancellationToken)
    {
        var page = paging.Cut(await delivery.ListApplicationsAsync(cancellationToken));
        List<ApplicationInfo> items = [];
        foreach (var application in page.Items)
        {
            var lease = await delivery.GetArbiterLeaseAsync(application.Name, cancellationToken);
            var current = await delivery.GetCurrentRevisionAsync(application.Name, cancellationToken);
            items.Add(new ApplicationInfo(
                application.Name, application.Namespace, application.Rollout.Workflow, current, lease is { Purpose: > ArbiterPurpose.Heal } ? lease.Holder : null));
        }

        return new PageOf<ApplicationInfo>(items, page.Total);
    }

    public async Task<Answer<ApplicationDetail>> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (await delivery.GetApplicationAsync(name, cancellationToken) is not { } application)
        {
            return Unknown(name);
        }

        var (releases, _) = await delivery.ListReleasesAsync(name, 0, 1, cancellationToken);
        var last = releases.Count > 0 ? releases[0] : null;
        return new ApplicationDetail(
            application.Name, application.Namespace, application.Rollout.Workflow, ApplicationYaml.Write(application),
            await delivery.GetCurrentRevisionAsync(name, cancellationToken),
            last is { IsOver: false } ? ReleaseInfos.Of(last) : null, last is null ? null : ReleaseInfos.Of(last),
            DriftInfos.Conditions(await delivery.GetDriftAsync(name, cancellationToken)));
    }

    public async Task<Answer<PageOf<RevisionInfo>>> ListRevisionsAsync(string name, Paging paging, CancellationToken cancellationToken)
    {
        if (await delivery.GetApplicationAsync(name, cancellationToken) is null)
        {
            return Unknown(name);
        }

        var current = await delivery.GetCurrentRevisionAsync(name, cancellationToken);
        var revisions = await delivery.ListRevisionsAsync(name, Paging.MaxTake, cancellationToken);
        return paging.Cut<RevisionInfo>(
            [.. revisions.Select(r => new RevisionInfo(r.Application, r.Number, r.Name, r.Digest, r.CreatedBy, r.CreatedAt, r.Name == current))]);
    }

    internal static Refusal Unknown(string name) =>
        Refusal.NotFound($"There is no application named '{name}'. Make it first: kairship apply -f FILE, or PUT /api/v1/applications.");

    private List<ProblemError> BrokenRules(Application application) =>
    [
        .. application.Status.SelectMany((rule, i) => new[] { ("current", rule.Current), ("failed", rule.Failed), ("message", rule.Message) }
            .Where(e => e.Item2 is not null)
            .Select(e => (Path: $"spec.status[{i}].{e.Item1}", Problem: expressions.Check(e.Item2!))))
            .Where(e => e.Problem is not null).Select(e => new ProblemError(e.Path, e.Problem!)),
    ];

    /// <summary>A misspelt cluster must not quietly place nothing anywhere.</summary>
    private async Task<List<ProblemError>> UnknownClustersAsync(Application application, CancellationToken cancellationToken)
    {
        var joined = (await clusters.ListAsync(cancellationToken)).Select(c => c.Name).ToHashSet();
        var known = joined.Count == 0 ? "no cluster has joined yet" : $"joined are {string.Join(", ", joined.Order())}";
        var named = Named("spec.placement.clusterAffinity.clusterNames", application.Placement.ClusterAffinity.ClusterNames)
            .Concat(application.Placement.ClusterAffinities.SelectMany((a, i) => Named($"spec.placement.clusterAffinities[{i}].clusterNames", a.Affinity.ClusterNames)))
            .Concat(application.Rollout.Waves.SelectMany((wave, i) => Named($"spec.rollout.waves[{i}].clusterNames", wave.ClusterNames)));
        return [.. named.Where(n => !joined.Contains(n.Cluster)).Select(n => new ProblemError(n.Path, $"'{n.Cluster}' has not joined; {known}"))];
    }

    private static IEnumerable<(string Path, string Cluster)> Named(string path, IReadOnlyList<string>? names) =>
        (names ?? []).Select((name, i) => ($"{path}[{i}]", name));
}

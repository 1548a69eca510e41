using Kairship.Activities;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Server.Access;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Descriptors;

/// <summary>The lists of what is there now, for pickers: at most <see cref="Most"/>; what is not among them can still be said by an expression.</summary>
internal sealed class LiveOptions(IClusterStore clusters, IDeliveryStore delivery, IWorkflowStore workflows, KeyService keys)
{
    public const int Most = 500;

    /// <summary>Null: there is no such list.</summary>
    public async Task<IReadOnlyList<(string Text, string Value)>?> ListAsync(string name, CancellationToken cancellationToken) => name switch
    {
        LiveLists.Clusters => Plain((await clusters.ListAsync(cancellationToken)).Select(c => c.Name)),
        LiveLists.Applications => Plain((await delivery.ListApplicationsAsync(cancellationToken)).Select(a => a.Name)),
        LiveLists.Releases => [.. (await delivery.ListReleasesAsync(null, 0, Most, cancellationToken)).Items
            .Select(r => ($"{r.Id}: {r.Application} {r.Revision}, {r.Status}", r.Id))],
        LiveLists.Workflows => [.. (await workflows.ListDefinitionsAsync(new DefinitionFilter(Published: true) { WithoutJson = true }, new PageRequest(0, Most), cancellationToken)).Items
            .Select(d => (d.Name is { Length: > 0 } title ? title : d.DefinitionId, d.DefinitionId)).OrderBy(o => o.Item1, StringComparer.OrdinalIgnoreCase)],
        LiveLists.Roles => Plain((await keys.ListAsync(cancellationToken)).SelectMany(k => k.Roles).Except([Roles.Viewer, Roles.Designer, Roles.Publisher])
            .Concat(await AskedForAsync(cancellationToken))),
        _ => null,
    };

    /// <summary>Roles that applications ask for, though nobody has them yet.</summary>
    private async Task<IEnumerable<string>> AskedForAsync(CancellationToken cancellationToken) =>
        (await delivery.ListApplicationsAsync(cancellationToken)).SelectMany(a => a.Rollout.Approval?.Roles ?? []);

    private static IReadOnlyList<(string Text, string Value)> Plain(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(Most).Select(n => (n, n))];
}

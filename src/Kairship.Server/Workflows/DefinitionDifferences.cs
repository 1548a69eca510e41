using Kairship.Api.Workflows;
using Kairship.Server.Problems;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

/// <summary>What versions of a definition change of one another.</summary>
internal sealed class DefinitionDifferences(IWorkflowStore store)
{
    /// <param name="from">Null: the published version; when that is <paramref name="to"/> itself or none is, the version before it.</param>
    /// <param name="to">Null: the latest.</param>
    public async Task<Answer<WorkflowDifference>> BetweenAsync(string definitionId, int? from, int? to, CancellationToken cancellationToken)
    {
        if (await FindAsync(definitionId, to is { } number ? VersionOption.Exactly(number) : VersionOption.LatestOnly, cancellationToken) is not { } after)
        {
            return Missing(definitionId, to);
        }

        DefinitionRecord? before;
        if (from is { } older)
        {
            before = await FindAsync(definitionId, VersionOption.Exactly(older), cancellationToken);
            if (before is null)
            {
                return Missing(definitionId, from);
            }
        }
        else
        {
            before = await FindAsync(definitionId, VersionOption.PublishedOnly, cancellationToken) is { } published && published.VersionId != after.VersionId
                ? published
                : await BeforeAsync(definitionId, after.Version, cancellationToken);
        }

        return Told(definitionId, before, after);
    }

    private Task<DefinitionRecord?> FindAsync(string definitionId, VersionOption option, CancellationToken cancellationToken) =>
        store.FindDefinitionAsync(definitionId, option, cancellationToken);

    /// <summary>Numbers have gaps where versions were deleted.</summary>
    private async Task<DefinitionRecord?> BeforeAsync(string definitionId, int version, CancellationToken cancellationToken)
    {
        var filter = new DefinitionFilter(definitionId) { OrderBy = DefinitionOrder.Version, WithoutJson = true };
        for (var skip = 0; ; skip += 1000)
        {
            var page = await store.ListDefinitionsAsync(filter, new PageRequest(skip, 1000), cancellationToken);
            if (page.Items.FirstOrDefault(v => v.Version < version) is { } found)
            {
                return await FindAsync(definitionId, VersionOption.Exactly(found.Version), cancellationToken);
            }

            if (page.Items.Count < 1000)
            {
                return null;
            }
        }
    }

    private static WorkflowDifference Told(string definitionId, DefinitionRecord? before, DefinitionRecord after)
    {
        var difference = DefinitionDifference.Between(before is null ? null : WorkflowDefinition.Parse(before.Json), WorkflowDefinition.Parse(after.Json));
        return new WorkflowDifference(
            definitionId, before?.Version, after.Version, Names(difference.Added), Names(difference.Removed),
            [.. difference.Changed.Select(c => new ActivityChange(c.Id, c.Type, c.Properties))], difference.ConnectionsAdded, difference.ConnectionsRemoved,
            Names(difference.Variables), Names(difference.Inputs), Names(difference.Outputs), difference.Properties, difference.ToString());
    }

    private static IReadOnlyList<ActivityName> Names(IReadOnlyList<NamedActivity> activities) => [.. activities.Select(a => new ActivityName(a.Id, a.Type))];

    private static NameChanges Names(ChangedNames names) => new(names.Added, names.Removed, names.Changed);

    private static Refusal Missing(string definitionId, int? version) =>
        Refusal.NotFound(version is null ? $"There is no workflow '{definitionId}'." : $"There is no version {version} of workflow '{definitionId}'.");
}

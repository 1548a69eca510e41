using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Failover.Drills;

/// <summary>The workflows that a failover runs, as they are published here, with all that these use.</summary>
internal sealed class FailoverWorkflows(IWorkflowStore store)
{
    public const string Failover = "failover";
    public const string Move = "move";

    private const int Page = 200;
    private static readonly string[] Needed = [Failover, Move];

    /// <exception cref="DrillRefusedException">One is not published.</exception>
    public async Task<IReadOnlyList<string>> ReadAsync(CancellationToken cancellationToken)
    {
        var published = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var skip = 0; ; skip += Page)
        {
            var page = await store.ListDefinitionsAsync(new DefinitionFilter(Published: true), new PageRequest(skip, Page), cancellationToken);
            foreach (var definition in page.Items)
            {
                published[definition.DefinitionId] = definition.Json;
            }

            if (page.Items.Count < Page)
            {
                break;
            }
        }

        if (Needed.FirstOrDefault(n => !published.ContainsKey(n)) is { } missing)
        {
            throw new DrillRefusedException($"Workflow '{missing}' is not published here: without it nothing would be failed over in earnest either. Publish it (workflows/{missing}.json).");
        }

        var taken = Needed.ToHashSet(StringComparer.Ordinal);
        var open = new Queue<string>(taken);
        while (open.TryDequeue(out var next))
        {
            // Named in quotes is used, or harmless to have.
            foreach (var used in published.Keys.Where(id => !taken.Contains(id) && published[next].Contains($"\"{id}\"", StringComparison.Ordinal)).ToList())
            {
                taken.Add(used);
                open.Enqueue(used);
            }
        }

        return [.. taken.Order(StringComparer.Ordinal).Select(id => published[id])];
    }
}

using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Executions;

/// <summary>
/// Pictures of instances. What was folded of a journal is kept, so that only new lines are read; the least used books go when there are too many, and come back by reading again.
/// </summary>
internal sealed class ExecutionBooks(IWorkflowStore store, DefinitionCatalog catalog)
{
    private const int PageSize = 1000;
    private const int MaxBooks = 200;

    /// <summary>About 400 bytes each.</summary>
    private const int MaxExecutions = 100_000;

    private sealed class Shelf(string instanceId)
    {
        public string InstanceId => instanceId;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public ExecutionBook Book { get; set; } = new();

        public ExecutionPicture? Picture { get; set; }

        public int Weight { get; set; }
    }

    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Shelf>> shelves = new(StringComparer.Ordinal);
    private readonly LinkedList<Shelf> order = [];
    private int weight;

    /// <summary>Books that are kept, and executions in them.</summary>
    public (int Books, int Executions) Kept
    {
        get
        {
            lock (gate)
            {
                return (shelves.Count, weight);
            }
        }
    }

    /// <summary>What the activities of the instance have done up to its last commit; null: there is no such instance.</summary>
    public async Task<ExecutionPicture?> ReadAsync(string instanceId, CancellationToken cancellationToken)
    {
        // The instance before the journal: a commit in between makes the picture older than it says, and the next look finds the difference.
        if (await store.FindInstancesAsync([instanceId], cancellationToken) is not [var instance])
        {
            Forget(instanceId);
            return null;
        }

        var shelf = Take(instanceId);
        await shelf.Gate.WaitAsync(cancellationToken);
        try
        {
            if (shelf.Picture is not { } picture || !IsSameMoment(picture.Instance, instance))
            {
                await ReadOnAsync(shelf, cancellationToken);
                shelf.Picture = picture = await PictureAsync(instance, shelf.Book, cancellationToken);
                Weigh(shelf);
            }

            return picture;
        }
        finally
        {
            shelf.Gate.Release();
        }
    }

    /// <summary>Nothing was committed between the two.</summary>
    public static bool IsSameMoment(InstanceRecord one, InstanceRecord other) =>
        (one.Epoch, one.UpdatedAt, one.Status, one.IncidentCount, one.DefinitionVersionId, one.QuarantineReason)
        == (other.Epoch, other.UpdatedAt, other.Status, other.IncidentCount, other.DefinitionVersionId, other.QuarantineReason);

    private async Task ReadOnAsync(Shelf shelf, CancellationToken cancellationToken)
    {
        while (true)
        {
            // The last known line once more: when it is elsewhere, lines before it were trimmed away.
            var known = shelf.Book.Lines;
            var page = await store.ReadJournalAsync(shelf.InstanceId, new PageRequest(Math.Max(0, known - 1), PageSize), cancellationToken);
            if (known > 0 && (page.Items is not [var last, ..] || last.Sequence != shelf.Book.LastSequence))
            {
                shelf.Book = new ExecutionBook();
                continue;
            }

            foreach (var line in page.Items.Skip(known > 0 ? 1 : 0))
            {
                shelf.Book.Add(line);
            }

            if (shelf.Book.Lines >= page.Total || page.Items.Count == 0)
            {
                return;
            }
        }
    }

    private async Task<ExecutionPicture> PictureAsync(InstanceRecord instance, ExecutionBook book, CancellationToken cancellationToken)
    {
        var graph = await catalog.GetGraphAsync(instance.DefinitionVersionId, cancellationToken);
        var entries = book.IsBroken && await store.GetInstanceAsync(instance.Id, cancellationToken) is { } stored ? book.Mended(stored, graph) : [.. book.Entries];
        return new ExecutionPicture(instance, graph, entries, book.Lines, book.LastSequence);
    }

    private Shelf Take(string instanceId)
    {
        lock (gate)
        {
            if (shelves.TryGetValue(instanceId, out var found))
            {
                order.Remove(found);
                order.AddLast(found);
                return found.Value;
            }

            return (shelves[instanceId] = order.AddLast(new Shelf(instanceId))).Value;
        }
    }

    private void Weigh(Shelf shelf)
    {
        lock (gate)
        {
            if (!shelves.TryGetValue(shelf.InstanceId, out var mine) || !ReferenceEquals(mine.Value, shelf))
            {
                return;
            }

            weight += shelf.Book.Entries.Count - shelf.Weight;
            shelf.Weight = shelf.Book.Entries.Count;
            while ((weight > MaxExecutions || shelves.Count > MaxBooks) && order.First is { } oldest && !ReferenceEquals(oldest.Value, shelf))
            {
                Drop(oldest);
            }
        }
    }

    private void Forget(string instanceId)
    {
        lock (gate)
        {
            if (shelves.TryGetValue(instanceId, out var found))
            {
                Drop(found);
            }
        }
    }

    private void Drop(LinkedListNode<Shelf> node)
    {
        weight -= node.Value.Weight;
        shelves.Remove(node.Value.InstanceId);
        order.Remove(node);
    }
}

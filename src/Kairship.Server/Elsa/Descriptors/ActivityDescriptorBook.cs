using System.Text.Json;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;

namespace Kairship.Server.Elsa.Descriptors;

/// <summary>
/// All activity types as one document, which the designer fetches after every save. It is made anew when something is published or retracted here; what another node published shows within
/// <see cref="LookAgain"/>, and nobody waits for that look.
/// </summary>
internal sealed partial class ActivityDescriptorBook(ActivityRegistry registry, DefinitionCatalog catalog, TimeProvider time, ILogger<ActivityDescriptorBook> logger) : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    private sealed record Edition(DescriptorDocument Document, IReadOnlyList<ActivityDescriptor> Workflows, long Changes, DateTimeOffset At);

    private readonly SemaphoreSlim making = new(1);
    private Edition? current;
    private int looking;

    public async ValueTask<DescriptorDocument> GetAsync(CancellationToken cancellationToken) => (await EditionAsync(cancellationToken)).Document;

    /// <summary>The type, or the workflow that is used as one; null when there is none.</summary>
    public async ValueTask<ActivityDescriptor?> FindAsync(string typeName, int? version, CancellationToken cancellationToken)
    {
        if (registry.TryGet(typeName, out var activity))
        {
            return version is null || activity.Descriptor.Version == version ? activity.Descriptor : null;
        }

        return (await EditionAsync(cancellationToken)).Workflows
            .FirstOrDefault(d => d.TypeName.Equals(typeName, StringComparison.OrdinalIgnoreCase) && (version is null || d.Version == version));
    }

    /// <summary>Every type by its name, whatever the case; of a workflow the first that has it.</summary>
    public async ValueTask<Func<string, ActivityDescriptor?>> TypesAsync(CancellationToken cancellationToken)
    {
        var workflows = (await EditionAsync(cancellationToken)).Workflows;
        return name => registry.TryGet(name, out var activity)
            ? activity.Descriptor
            : workflows.FirstOrDefault(w => w.TypeName.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private async ValueTask<Edition> EditionAsync(CancellationToken cancellationToken)
    {
        var edition = Volatile.Read(ref current);
        if (edition is null || edition.Changes != catalog.PublishedChanges)
        {
            return await MakeAsync(cancellationToken);
        }

        if (time.GetUtcNow() - edition.At > LookAgain && Interlocked.CompareExchange(ref looking, 1, 0) == 0)
        {
            _ = LookAsync();
        }

        return edition;
    }

    private async Task<Edition> MakeAsync(CancellationToken cancellationToken)
    {
        await making.WaitAsync(cancellationToken);
        try
        {
            if (current is { } made && made.Changes == catalog.PublishedChanges)
            {
                return made;
            }

            return await ReadAsync(cancellationToken);
        }
        finally
        {
            making.Release();
        }
    }

    private async Task LookAsync()
    {
        try
        {
            await ReadAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            NotRead(e);
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }

    private async Task<Edition> ReadAsync(CancellationToken cancellationToken)
    {
        // Counted before it is read: a change meanwhile makes it old at once.
        var (changes, before) = (catalog.PublishedChanges, Volatile.Read(ref current));
        var workflows = await catalog.ListWorkflowActivitiesAsync(cancellationToken);
        var same = before is not null && before.Workflows.Select(w => w.Workflow).SequenceEqual(workflows.Select(w => w.Workflow));
        var document = same ? before!.Document : Write(workflows);
        var edition = new Edition(document, workflows, changes, time.GetUtcNow());
        Volatile.Write(ref current, edition);
        return edition;
    }

    private DescriptorDocument Write(IReadOnlyList<ActivityDescriptor> workflows) =>
        new(JsonSerializer.SerializeToUtf8Bytes(DescriptorJson.WriteAll(registry.Activities.Select(a => a.Descriptor).Concat(workflows)), ElsaJson.Options));

    [LoggerMessage(LogLevel.Warning, "The workflows that are used as activities could not be read; the designer shows those of before.")]
    private partial void NotRead(Exception exception);

    public void Dispose() => making.Dispose();
}

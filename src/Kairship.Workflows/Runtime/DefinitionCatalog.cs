using System.Collections.Concurrent;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>What an import came to. A version was saved when <see cref="Definition"/> is there; <see cref="Changed"/> is false when that version was there already.</summary>
public sealed record ImportResult(DefinitionRecord? Definition, bool Changed, IReadOnlyList<DefinitionProblem> Problems)
{
    public bool Succeeded => Definition is not null;

    /// <inheritdoc cref="DefinitionResult.PublishedBefore"/>
    public DefinitionRecord? PublishedBefore { get; init; }
}

/// <summary>Definitions by version, compiled and cached, and the changes that people make to them. What an instance runs by never changes: a version is frozen when
/// it is published, and a draft when it is run.</summary>
public sealed partial class DefinitionCatalog(IWorkflowStore store, DefinitionCompiler compiler, TimeProvider? time = null)
{
    private const int MaxCached = 1000;
    private readonly ConcurrentDictionary<string, CompileResult> compiled = new();

    private readonly WorkflowActivities workflows = new(store, compiler);

    private long publishedChanges;

    /// <summary>Grows with every change, made by this process, of what is published; a draft that is saved changes nothing of it.</summary>
    public long PublishedChanges => Interlocked.Read(ref publishedChanges);

    private DateTimeOffset Now => (time ?? TimeProvider.System).GetUtcNow();

    /// <summary>Saves a definition as the next version, or finds that the latest one has this content. With <paramref name="publish"/> it must compile; a draft may be incomplete.
    /// Problems (with warnings) are returned in any case. A draft that somebody edits is left as an older version.</summary>
    public Task<ImportResult> ImportAsync(string json, bool publish, CancellationToken cancellationToken) =>
        ImportAsync(json, publish, ImportSource.Folder, cancellationToken);

    /// <inheritdoc cref="ImportAsync(string, bool, CancellationToken)"/>
    public async Task<ImportResult> ImportAsync(string json, bool publish, ImportSource source, CancellationToken cancellationToken)
    {
        var result = await SaveAsync(json, null, publish, (latest, _, document) => Task.FromResult(Import(latest, document, publish, source)), source, cancellationToken);
        return result.Succeeded
            ? new ImportResult(result.Definition, result.Outcome == DefinitionOutcome.Done, result.Problems) { PublishedBefore = result.PublishedBefore }
            : new ImportResult(null, false, result is { Reason: { } reason, Problems: var problems } && problems.All(p => !p.IsError)
                ? [new DefinitionProblem(null, null, ProblemCode.ReadOnly, reason, true), .. problems]
                : result.Problems);
    }

    /// <summary>The published version, or null.</summary>
    public Task<DefinitionRecord?> FindPublishedAsync(string definitionId, CancellationToken cancellationToken) =>
        store.FindDefinitionAsync(definitionId, VersionOption.PublishedOnly, cancellationToken);

    /// <summary>The graph of a version; null when there is no such version or it does not compile.</summary>
    public async Task<WorkflowGraph?> GetGraphAsync(string versionId, CancellationToken cancellationToken) =>
        (await CompileAsync(versionId, cancellationToken))?.Graph;

    /// <summary>What compiling a version came to; null when there is no such version.</summary>
    public async Task<CompileResult?> CompileAsync(string versionId, CancellationToken cancellationToken)
    {
        if (compiled.TryGetValue(versionId, out var known))
        {
            return known;
        }

        return await store.GetDefinitionVersionAsync(versionId, cancellationToken) is { } record ? await CompileAsync(record, cancellationToken) : null;
    }

    /// <summary>Published workflows that are usable as activities, as descriptors for the toolbox.</summary>
    public Task<IReadOnlyList<ActivityDescriptor>> ListWorkflowActivitiesAsync(CancellationToken cancellationToken) => workflows.ListAsync(cancellationToken);

    /// <summary>Checks a definition without saving anything.</summary>
    public async Task<CompileResult> ValidateAsync(string json, CancellationToken cancellationToken)
    {
        try
        {
            var definition = await workflows.PinAsync(WorkflowDefinition.Parse(json), cancellationToken);
            return compiler.Compile(definition.DefinitionId is { Length: > 0 } ? definition : definition.With(definitionId: "new"), "new", 1);
        }
        catch (DefinitionFormatException e)
        {
            return new CompileResult(null, [e.Problem]);
        }
    }

    /// <summary>Compiles a version, with the workflows that it uses as activities.</summary>
    internal async Task<CompileResult> CompileAsync(DefinitionRecord record, CancellationToken cancellationToken)
    {
        if (!compiled.ContainsKey(record.VersionId))
        {
            await LoadReferencesAsync(record, cancellationToken);
        }

        return Compile(record);
    }

    private async Task LoadReferencesAsync(DefinitionRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await workflows.LoadAsync(WorkflowDefinition.Parse(record.Json), cancellationToken);
        }
        catch (DefinitionFormatException)
        {
            // Compiling it tells.
        }
    }

    private CompileResult Compile(DefinitionRecord record)
    {
        // A draft keeps its id while its content changes.
        if (DefinitionChange.IsDraft(record))
        {
            return compiler.Compile(record);
        }

        if (compiled.TryGetValue(record.VersionId, out var known))
        {
            return known;
        }

        if (compiled.Count >= MaxCached)
        {
            compiled.Clear();
        }

        return compiled.GetOrAdd(record.VersionId, _ => compiler.Compile(record));
    }

    private Decision Import(DefinitionRecord? latest, WorkflowDefinition document, bool publish, ImportSource source)
    {
        if (source == ImportSource.Caller && ReadOnly(latest) is { } reason)
        {
            return Decision.Refuse(DefinitionOutcome.ReadOnly, latest, reason);
        }

        return latest?.ContentHash == document.ContentHash
            ? Reuse(latest, publish)
            : Decision.Save(DefinitionChange.Save(latest, document, publish, inPlace: false, NewId(), Now));
    }

    private static Decision Reuse(DefinitionRecord latest, bool publish) =>
        publish && !latest.IsPublished ? Decision.Save(DefinitionChange.Published(latest)) : Decision.Refuse(DefinitionOutcome.Unchanged, latest, null);

    private static string? ReadOnly(DefinitionRecord? latest) => latest is not null && WorkflowDefinition.Parse(latest.Json) is { IsReadonly: true } or { IsSystem: true }
        ? $"'{latest!.DefinitionId}' is shipped with the server and read-only: change it where it comes from, or save a copy under another definitionId."
        : null;

    private string NewId() => Guid.CreateVersion7(Now).ToString("N");
}

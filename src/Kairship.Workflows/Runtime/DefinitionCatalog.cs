using System.Collections.Concurrent;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>What an import came to. A version was saved when <see cref="Definition"/> is there; <see cref="Changed"/> is false when that version was there already.</summary>
public sealed record ImportResult(DefinitionRecord? Definition, bool Changed, IReadOnlyList<DefinitionProblem> Problems)
{
    public bool Succeeded => Definition is not null;
}

/// <summary>Definitions by version, compiled and cached. A version never changes once saved, so that running instances keep what they started with.</summary>
public sealed class DefinitionCatalog(IWorkflowStore store, DefinitionCompiler compiler, TimeProvider? time = null) : IDisposable
{
    private const int MaxCached = 1000;
    private readonly ConcurrentDictionary<string, CompileResult> compiled = new();
    private readonly SemaphoreSlim importing = new(1, 1);

    /// <summary>Saves a definition as the next version, or finds that the latest one has this content. With <paramref name="publish"/> it must compile; a draft may be incomplete.
    /// Problems (with warnings) are returned in any case.</summary>
    public async Task<ImportResult> ImportAsync(string json, bool publish, CancellationToken cancellationToken)
    {
        WorkflowDefinition definition;
        try
        {
            definition = WorkflowDefinition.Parse(json);
        }
        catch (DefinitionFormatException e)
        {
            return new ImportResult(null, false, [e.Problem]);
        }

        var now = (time ?? TimeProvider.System).GetUtcNow();
        var versionId = Guid.CreateVersion7(now).ToString("N");
        var id = string.IsNullOrWhiteSpace(definition.DefinitionId) ? Guid.CreateVersion7(now).ToString("N") : definition.DefinitionId;
        definition = definition.With(definitionId: id);
        var check = compiler.Compile(definition, versionId, 1);
        if (publish && !check.Succeeded)
        {
            return new ImportResult(null, false, check.Problems);
        }

        await importing.WaitAsync(cancellationToken);
        try
        {
            var latest = await store.FindDefinitionAsync(id, VersionOption.LatestOnly, cancellationToken);
            if (latest?.ContentHash == definition.ContentHash)
            {
                return await ReuseAsync(latest, publish, check.Problems, cancellationToken);
            }

            var version = (latest?.Version ?? 0) + 1;
            definition = definition.With(versionId, version: version, isLatest: true, isPublished: publish, createdAt: now);
            var record = new DefinitionRecord(versionId, id, version, definition.Name, definition.Description, true, publish, definition.ContentHash, definition.ToJson(), now);
            await store.SaveDefinitionAsync(record, TriggerRows.Of(record, check.Graph, now), cancellationToken);
            return new ImportResult(record, true, check.Problems);
        }
        finally
        {
            importing.Release();
        }
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

        return await store.GetDefinitionVersionAsync(versionId, cancellationToken) is { } record ? Compile(record) : null;
    }

    public void Dispose() => importing.Dispose();

    internal CompileResult Compile(DefinitionRecord record)
    {
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

    private async Task<ImportResult> ReuseAsync(DefinitionRecord latest, bool publish, IReadOnlyList<DefinitionProblem> problems, CancellationToken cancellationToken)
    {
        if (!publish || latest.IsPublished)
        {
            return new ImportResult(latest, false, problems);
        }

        var published = latest with { IsPublished = true };
        await store.SaveDefinitionAsync(published, TriggerRows.Of(published, Compile(latest).Graph, (time ?? TimeProvider.System).GetUtcNow()), cancellationToken);
        return new ImportResult(published, true, problems);
    }
}

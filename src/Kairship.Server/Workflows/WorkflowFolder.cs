using System.Collections.Concurrent;
using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Server.Hosting;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

/// <summary>
/// Imports the *.json of a folder at start and whenever one changes: a new content is a new version. A broken file is logged and shown, and the
/// version before stays in place. It looks once a second instead of asking the operating system to tell it: that works on every mount, also where
/// files change by swapping a link.
/// </summary>
internal sealed partial class WorkflowFolder(
    ServerOptions options, DefinitionCatalog catalog, IWorkflowStore store, TimeProvider time, ILogger<WorkflowFolder> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, Seen> seen = new();

    private readonly string? folder = options.Workflows ?? (Directory.Exists(Shipped) ? Shipped : null);

    /// <summary>How each file was taken, by name.</summary>
    public IReadOnlyList<WorkflowFileInfo> Files => [.. seen.Values.Select(s => s.Info).OfType<WorkflowFileInfo>().OrderBy(i => i.File)];

    private static string Shipped => Path.Combine(AppContext.BaseDirectory, "workflows");

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(starting: true, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (folder is not null && await timer.WaitForNextTickAsync(stoppingToken))
        {
            await LookAsync(starting: false, stoppingToken);
        }
    }

    private async Task LookAsync(bool starting, CancellationToken cancellationToken)
    {
        if (folder is null)
        {
            return;
        }

        try
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*.json").OrderBy(f => f.Name))
            {
                var stamp = new Seen(file.LastWriteTimeUtc, file.Length, null);
                if (!seen.TryGetValue(file.Name, out var before) || before.Changed != stamp.Changed || before.Length != stamp.Length)
                {
                    seen[file.Name] = stamp with { Info = before?.Info };
                    seen[file.Name] = stamp with { Info = await TakeAsync(file, starting, cancellationToken) };
                }
            }
        }
        catch (IOException e)
        {
            Unreadable(folder, e.Message);
        }
        catch (UnauthorizedAccessException e)
        {
            Unreadable(folder, e.Message);
        }
    }

    private async Task<WorkflowFileInfo> TakeAsync(FileInfo file, bool starting, CancellationToken cancellationToken)
    {
        try
        {
            if (file.Length > WorkflowDefinition.MaxBytes)
            {
                return Refused(file, [new ProblemError("", $"is larger than {WorkflowDefinition.MaxBytes / 1024 / 1024} MB")]);
            }

            var json = await File.ReadAllTextAsync(file.FullName, cancellationToken);
            if (starting && await KnownAsync(json, cancellationToken) is { } known)
            {
                return new WorkflowFileInfo(file.Name, known.DefinitionId, known.Version, time.GetUtcNow(), []);
            }

            var result = await catalog.ImportAsync(json, publish: true, cancellationToken);
            if (result.Definition is not { } definition)
            {
                return Refused(file, [.. result.Problems.Where(p => p.IsError).Select(WorkflowInfos.Of)]);
            }

            if (result.Changed)
            {
                Imported(file.Name, definition.DefinitionId, definition.Version);
            }

            return new WorkflowFileInfo(file.Name, definition.DefinitionId, definition.Version, time.GetUtcNow(), []);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return Refused(file, [new ProblemError("", e.Message)]);
        }
    }

    /// <summary>At start, a content that was imported before stays history: somebody may have pushed a newer version since.</summary>
    private async Task<DefinitionRecord?> KnownAsync(string json, CancellationToken cancellationToken)
    {
        try
        {
            var definition = WorkflowDefinition.Parse(json);
            var versions = definition.DefinitionId is { } id
                ? (await store.ListDefinitionsAsync(new DefinitionFilter(id), new PageRequest(0, 1000), cancellationToken)).Items
                : [];
            return versions.FirstOrDefault(v => v.ContentHash == definition.ContentHash);
        }
        catch (DefinitionFormatException)
        {
            return null;
        }
    }

    private WorkflowFileInfo Refused(FileInfo file, IReadOnlyList<ProblemError> problems)
    {
        Broken(file.Name, string.Join("; ", problems.Select(p => $"{p.Path} {p.Message}".Trim())));
        return new WorkflowFileInfo(file.Name, null, null, time.GetUtcNow(), problems);
    }

    private sealed record Seen(DateTime Changed, long Length, WorkflowFileInfo? Info);

    [LoggerMessage(LogLevel.Information, "Workflow file {File}: {Definition} version {Version}")]
    private partial void Imported(string file, string definition, int version);

    [LoggerMessage(LogLevel.Error, "Workflow file {File} is not taken, the version before stays: {Problems}")]
    private partial void Broken(string file, string problems);

    [LoggerMessage(LogLevel.Warning, "The workflow folder {Folder} cannot be read: {Reason}")]
    private partial void Unreadable(string folder, string reason);
}

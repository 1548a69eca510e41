using System.Net.Mime;
using System.Text;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Server.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>Definitions in and out: one as JSON, several as a zip.</summary>
internal static class DefinitionTransferRoutes
{
    private const int MaxFiles = 100;

    public static void MapDefinitionTransfers(this IEndpointRouteBuilder elsa)
    {
        var definitions = elsa.MapGroup("/workflow-definitions");
        definitions.MapMethods("/{definitionId}/export", [HttpMethods.Get, HttpMethods.Post], ExportAsync);
        definitions.MapMethods("/import", [HttpMethods.Post, HttpMethods.Put], (HttpContext context, BundleImport import, CancellationToken cancellationToken) =>
            ImportAsync(null, context, import, cancellationToken)).RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Import);
        definitions.MapMethods("/{definitionId}/import", [HttpMethods.Post, HttpMethods.Put], (string definitionId, HttpContext context, BundleImport import, CancellationToken cancellationToken) =>
            ImportAsync(RouteText.Id(definitionId), context, import, cancellationToken)).RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Import);
        definitions.MapPost("/import-files", ImportFilesAsync).WithMetadata(BodyLimit.Bundle).RequireAuthorization(Policies.Publish).Audited(WorkflowAudit.Import);
    }

    /// <summary>One as JSON, several as a zip.</summary>
    public static async Task<IResult> FilesAsync(
        IReadOnlyList<DefinitionRecord> versions, bool includeConsumers, ConsumingWorkflows consumers, CancellationToken cancellationToken)
    {
        var all = includeConsumers ? await consumers.WithConsumersAsync(versions, cancellationToken) : versions;
        return all is [var one]
            ? TypedResults.File(Encoding.UTF8.GetBytes(DefinitionBundle.WriteOne(one)), MediaTypeNames.Application.Json, $"workflow-definition-{FileName(one.DefinitionId)}.json")
            : TypedResults.File(DefinitionBundle.WriteZip(all), MediaTypeNames.Application.Zip, "workflow-definitions.zip");
    }

    private static async Task<IResult> ExportAsync(string definitionId, HttpContext context, IWorkflowStore store, ConsumingWorkflows consumers, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        var choice = VersionChoice.Read(query["versionOptions"], VersionSet.Latest);
        return await choice.FindAsync(store, RouteText.Id(definitionId), cancellationToken) is { } found
            ? await FilesAsync([found], bool.TryParse(query["includeConsumingWorkflows"], out var yes) && yes, consumers, cancellationToken)
            : DefinitionAnswers.NotFound(definitionId);
    }

    private static async Task<IResult> ImportAsync(string? definitionId, HttpContext context, BundleImport import, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(context.Request.Body);
        WorkflowDefinition document;
        try
        {
            document = WorkflowDefinition.Parse(await reader.ReadToEndAsync(cancellationToken)).With(definitionId: definitionId);
        }
        catch (DefinitionFormatException e)
        {
            return DefinitionAnswers.Malformed(e);
        }

        context.AuditSubject(document.DefinitionId);
        var result = await import.OneAsync(document, cancellationToken);
        if (result.Definition is not { } imported)
        {
            return ElsaRefusals.Shown("The workflow cannot be imported.", [.. ProblemTexts.Errors(result.Problems, document).Select(e => e.Message)]);
        }

        context.AuditSubject(imported.DefinitionId, WorkflowAudit.Detail(result));
        return DefinitionAnswers.Whole(imported, context);
    }

    private static async Task<IResult> ImportFilesAsync(HttpContext context, BundleImport import, CancellationToken cancellationToken)
    {
        if (!context.Request.HasFormContentType)
        {
            return ElsaRefusals.Shown("Send the files as multipart/form-data: definitions as JSON, or zips of them.");
        }

        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (form.Files.Count is 0 or > MaxFiles)
        {
            return ElsaRefusals.Shown($"There are {form.Files.Count} files: 1 to {MaxFiles} are taken at once.");
        }

        var entries = new List<BundleEntry>();
        foreach (var file in form.Files)
        {
            using var memory = new MemoryStream();
            await file.CopyToAsync(memory, cancellationToken);
            var bundle = DefinitionBundle.Read(memory.ToArray());
            if (bundle.Problem is { } problem)
            {
                return ElsaRefusals.Shown($"{file.FileName}: {problem}");
            }

            entries.AddRange(bundle.Entries.Select(e => e with { Name = $"{file.FileName}/{e.Name}" }));
        }

        if (entries.Count > DefinitionBundle.MaxDefinitions)
        {
            return ElsaRefusals.Shown($"There are {entries.Count} definitions: at most {DefinitionBundle.MaxDefinitions} are taken at once.");
        }

        return Answer(await import.ManyAsync(entries, BundleImport.AsMarked, cancellationToken), context);
    }

    private static IResult Answer(IReadOnlyList<BundleOutcome> outcomes, HttpContext context)
    {
        BundleImport.Audit(outcomes, context);
        var failed = outcomes.Where(o => !o.Result.Succeeded)
            .Select(o => $"{o.Entry.Name}: {string.Join("; ", o.Result.Problems.Where(p => p.IsError).Take(5).Select(p => p.Message))}").ToList();
        return failed.Count == outcomes.Count
            ? ElsaRefusals.Shown("None of the files could be imported.", failed)
            : DefinitionAnswers.Json(new { Count = outcomes.Count - failed.Count, Failed = failed.Count == 0 ? null : failed });
    }

    private static string FileName(string definitionId) => new([.. definitionId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-').Take(100)]);
}

using Kairship.Server.Audit;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

/// <summary>What the audit says about changes of definitions, whichever API they came by. A publish tells what changed since the version that was published before.</summary>
internal static class WorkflowAudit
{
    public const string SaveDraft = "workflow.save-draft";
    public const string Publish = "workflow.publish";
    public const string Retract = "workflow.retract";
    public const string Revert = "workflow.revert";
    public const string Delete = "workflow.delete";
    public const string Import = "workflow.import";
    public const string UpdateReferences = "workflow.update-references";

    private const string First = ", first published: ";
    private const string After = " after version ";

    /// <summary>What follows on the version in the detail of a line by which it went into force.</summary>
    public static IReadOnlyList<string> InForce { get; } = [First, After];

    public static void AuditDefinition(this HttpContext context, DefinitionResult result, bool publish)
    {
        if (result.Definition is { } definition)
        {
            context.AuditSubject(definition.DefinitionId, result.Succeeded ? Detail(result) : publish ? $"not published: {result.Outcome}" : $"not done: {result.Outcome}");
        }
    }

    /// <summary>A line for each workflow that followed another one; their ids.</summary>
    public static IReadOnlyList<string> AuditConsumers(this HttpContext context, IReadOnlyList<DefinitionResult> updated)
    {
        foreach (var consumer in updated)
        {
            context.AuditAlso(consumer.Definition!.IsPublished ? Publish : SaveDraft, consumer.Definition.DefinitionId, Detail(consumer));
        }

        return [.. updated.Select(u => u.Definition!.DefinitionId)];
    }

    /// <summary>The version, and when it went into force what it changed.</summary>
    public static string Detail(DefinitionResult result) => Detail(result.Definition!, result.Outcome == DefinitionOutcome.Done, result.PublishedBefore);

    /// <inheritdoc cref="Detail(DefinitionResult)"/>
    public static string Detail(ImportResult result) => Detail(result.Definition!, result.Changed, result.PublishedBefore);

    private static string Detail(DefinitionRecord definition, bool changed, DefinitionRecord? before)
    {
        var version = $"version {definition.Version}";
        if (!changed)
        {
            return $"{version}, unchanged";
        }

        if (!definition.IsPublished)
        {
            return version;
        }

        var difference = DefinitionDifference.Between(before is null ? null : WorkflowDefinition.Parse(before.Json), WorkflowDefinition.Parse(definition.Json));
        return before is null ? $"{version}{First}{difference}" : $"{version}{After}{before.Version}: {difference}";
    }
}

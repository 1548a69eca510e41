using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Definitions;

/// <summary>
/// Turns a definition into the graph that instances run by, and finds everything that would make it fail or hang: the same check when a definition
/// is validated, published and started. Thread-safe.
/// </summary>
public sealed class DefinitionCompiler(ActivityRegistry registry, ExpressionCompiler expressions)
{
    internal ActivityRegistry Registry => registry;

    /// <summary>A stored version as an activity; null when it is not marked usable as one, or cannot be read.</summary>
    internal Activity? AsActivity(DefinitionRecord record)
    {
        try
        {
            var definition = WorkflowDefinition.Parse(record.Json).With(definitionId: record.DefinitionId);
            return WorkflowDescriptors.IsUsable(definition)
                ? new WorkflowActivity(
                    new WorkflowReference(record.DefinitionId, record.VersionId, record.Version), WorkflowDescriptors.Of(new Compilation(registry, expressions), definition, record.Version))
                : null;
        }
        catch (DefinitionFormatException)
        {
            return null;
        }
    }

    /// <summary>Compiles a stored version. Never throws on a bad definition.</summary>
    public CompileResult Compile(DefinitionRecord record)
    {
        WorkflowDefinition definition;
        try
        {
            definition = WorkflowDefinition.Parse(record.Json);
        }
        catch (DefinitionFormatException e)
        {
            return new CompileResult(null, [e.Problem]);
        }

        return Compile(definition.With(definitionId: record.DefinitionId), record.VersionId, record.Version);
    }

    /// <summary>Compiles a definition that is to be that version. The problems are at most 200, in the order of the document.</summary>
    public CompileResult Compile(WorkflowDefinition definition, string versionId, int version)
    {
        var run = new Compilation(registry, expressions) { Compensations = CompensationChecks.Named((JsonObject)definition.Json["root"]!) };
        var json = definition.Json;
        var definitionId = definition.DefinitionId;
        if (string.IsNullOrWhiteSpace(definitionId))
        {
            run.Error(null, "definitionId", ProblemCode.MissingProperty, "The definition has no definitionId.");
        }

        var variables = Declarations.Variables(run, null, json["variables"]);
        var inputs = Declarations.Inputs(run, json["inputs"]);
        var outputs = Declarations.Outputs(run, json["outputs"]);
        run.InputNames.UnionWith(inputs.Select(i => i.Name));

        var root = new ActivityBuilder(run).Build((JsonObject)json["root"]!, DefinitionJson.WorkflowNodeId, new VariableScope(VariableScope.Empty, variables), 1);
        var strategy = ActivityPolicyBinding.OfDefinition(run, json);
        CompensationChecks.Run(run);
        ScriptNameCheck.Run(run);
        DefinitionChecks.Run(run);
        var triggers = root is null ? [] : TriggerBindings.Of(run, root, new PublishScope(definitionId ?? "", version, variables, inputs));
        if (root is null || run.HasErrors)
        {
            return new CompileResult(null, run.Problems);
        }

        var nodes = run.Nodes.Select(node => node!).ToArray();
        var graph = new WorkflowGraph
        {
            DefinitionId = definitionId!,
            VersionId = versionId,
            Version = version,
            ContentHash = definition.ContentHash,
            Name = definition.Name,
            Log = LogPersistence.Of(json["customProperties"]),
            SensitiveNames = [.. ((json["customProperties"] as JsonObject)?["kairship:sensitive"] as JsonArray ?? []).Select(DefinitionJson.Text).OfType<string>()],
            Root = root,
            Nodes = nodes,
            ById = nodes.ToDictionary(node => node.Id),
            Variables = variables,
            Inputs = inputs,
            Outputs = outputs,
            Incidents = strategy,
            Triggers = triggers,
        };
        return new CompileResult(graph, run.Problems);
    }
}

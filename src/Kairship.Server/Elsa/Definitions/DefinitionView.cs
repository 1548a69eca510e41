using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>A definition without its document, as Elsa's lists have it.</summary>
internal sealed record DefinitionSummary(
    IReadOnlyList<ElsaLink> Links, bool IsMaterializerAvailable, string Id, string DefinitionId, string? Name, string? Description, int Version, bool IsLatest, bool IsPublished,
    string MaterializerName, DateTimeOffset CreatedAt, bool IsReadonly);

/// <summary>How definitions are answered: the stored document with its marks as they are now, what the designer relies on filled in, and what the caller may do.</summary>
internal static class DefinitionView
{
    private static readonly string[] Lists = ["variables", "inputs", "outputs", "outcomes"];

    private static readonly string[] FlowchartLists = ["activities", "variables", "connections"];

    public static DefinitionSummary Summary(DefinitionRecord version, WorkflowRights rights)
    {
        var isReadonly = version.IsReadonly || version.IsSystem;
        return new DefinitionSummary(
            DefinitionLinks.Of(version.DefinitionId, rights, isReadonly), true, version.VersionId, version.DefinitionId, version.Name, version.Description, version.Version, version.IsLatest,
            version.IsPublished, "Json", version.CreatedAt, isReadonly);
    }

    public static JsonObject Whole(DefinitionRecord version, WorkflowRights rights)
    {
        var json = DefinitionBundle.Document(version);
        DropNulls(json);
        foreach (var name in Lists)
        {
            if (json[name] is not JsonArray items)
            {
                json[name] = new JsonArray();
                continue;
            }

            foreach (var item in items.OfType<JsonObject>())
            {
                DropNulls(item);
            }
        }

        var custom = Object(json, "customProperties");
        custom[DraftRevision.Property] = version.ContentHash;
        Object(json, "options").TryAdd("autoUpdateConsumingWorkflows", false);
        DropNulls(Object(json, "options"));
        json.TryAdd("isReadonly", false);
        json.TryAdd("isSystem", false);
        foreach (var (activity, _, _) in ActivityTree.Of(json))
        {
            Complete(activity);
        }

        json["links"] = JsonSerializer.SerializeToNode(DefinitionLinks.Of(version.DefinitionId, rights, version.IsReadonly || version.IsSystem), ElsaJson.Options);
        return json;
    }

    /// <summary>What Elsa writes of every activity and its designer reads without looking whether it is there.</summary>
    private static void Complete(JsonObject activity)
    {
        activity.TryAdd("version", 1);
        Object(activity, "metadata");
        var custom = Object(activity, "customProperties");
        custom.TryAdd("canStartWorkflow", false);
        custom.TryAdd("runAsynchronously", false);
        if (new PlacedActivity(activity, null, null).IsFlowchart)
        {
            custom.TryAdd("notFoundConnections", new JsonArray());
            foreach (var list in FlowchartLists.Where(list => activity[list] is null))
            {
                activity[list] = new JsonArray();
            }
        }
    }

    private static JsonObject Object(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject there)
        {
            return there;
        }

        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    private static void DropNulls(JsonObject json)
    {
        foreach (var (name, _) in json.Where(p => p.Value is null).ToList())
        {
            json.Remove(name);
        }
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Apply;

/// <summary>
/// The way from kubectl's client-side apply to its server-side apply: what the annotation of the former says and the object still has, the latter
/// (manager <c>kubectl</c>) may take over without force, and the annotation is kept up to date.
/// </summary>
internal static class LastApplied
{
    const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";
    const string Kubectl = "kubectl";

    /// <summary>Fields that this manager may take from others without force.</summary>
    public static FieldSet Allowed(JsonObject live, SchemaNode schema, FieldManager manager)
    {
        if (manager.Name != Kubectl || Read(live) is not { } last)
            return new FieldSet();
        var comparison = FieldSets.Compare(last, live, schema);
        return FieldSets.Of(last, schema).Difference(comparison.Modified).Difference(comparison.Removed);
    }

    /// <summary>Writes what is applied into the annotation where there is one.</summary>
    public static void Refresh(JsonObject merged, JsonObject applied, FieldManager manager)
    {
        if (manager.Name != Kubectl || merged["metadata"]?["annotations"]?[Annotation] is null)
            return;
        var text = JsonTree.Copy(applied);
        text["metadata"]?["annotations"]?.AsObject().Remove(Annotation);
        merged["metadata"]!["annotations"]![Annotation] = text.ToJsonString() + "\n";
    }

    static JsonObject? Read(JsonObject live)
    {
        if (JsonTree.Text(live["metadata"]?["annotations"]?[Annotation]) is not { } text)
            return null;
        try
        {
            return JsonBody.Parse(Encoding.UTF8.GetBytes(text)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

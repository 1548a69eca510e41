using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Tables;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Reading;

/// <summary>Writes an object, or a list of them, in the representation that the client asked for.</summary>
internal static class ListAnswer
{
    public static Task ListAsync(ApiCall call, ListPage page, TimeProvider clock)
    {
        Negotiation.RequireView(call, list: true);
        if (Negotiation.WantsTable(call))
            return Answers.ObjectAsync(call.Http, TableAnswer.Of(call, page.Items, Meta(page), clock));
        var partial = Negotiation.WantsMetadata(call);
        return Answers.WriteAsync(call.Http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("kind", partial ? "PartialObjectMetadataList" : call.Type.Kind + "List");
            writer.WriteString("apiVersion", partial ? "meta.k8s.io/v1" : call.Type.ApiVersion);
            writer.WritePropertyName("metadata");
            Meta(page).WriteTo(writer);
            writer.WriteStartArray("items");
            foreach (var item in page.Items)
                WriteItem(writer, item, call.Type, partial);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    public static Task ObjectAsync(ApiCall call, JsonObject obj, TimeProvider clock, int code = 200)
    {
        Negotiation.RequireView(call, list: false);
        if (Negotiation.WantsTable(call))
            return Answers.ObjectAsync(call.Http, TableAnswer.Of(call, [obj], VersionOf(obj), clock), code);
        if (Negotiation.WantsMetadata(call))
            return Answers.WriteAsync(call.Http, writer => WriteItem(writer, obj, call.Type, partial: true), code);
        return Answers.WriteAsync(call.Http, writer => WriteObject(writer, obj, call.Type), code);
    }

    /// <summary>An object in the version that was asked for.</summary>
    public static void WriteObject(Utf8JsonWriter writer, JsonObject obj, ResourceType type)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", type.Kind);
        writer.WriteString("apiVersion", type.ApiVersion);
        WriteRest(writer, obj);
        writer.WriteEndObject();
    }

    // Elements of lists of built-in kinds carry neither kind nor apiVersion, as those of a real API server.
    static void WriteItem(Utf8JsonWriter writer, JsonObject obj, ResourceType type, bool partial)
    {
        if (partial)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", "PartialObjectMetadata");
            writer.WriteString("apiVersion", "meta.k8s.io/v1");
            writer.WritePropertyName("metadata");
            obj["metadata"]!.WriteTo(writer);
            writer.WriteEndObject();
            return;
        }
        if (type.CustomSchema is not null)
        {
            WriteObject(writer, obj, type);
            return;
        }
        writer.WriteStartObject();
        WriteRest(writer, obj);
        writer.WriteEndObject();
    }

    static void WriteRest(Utf8JsonWriter writer, JsonObject obj)
    {
        foreach (var (name, value) in obj)
        {
            if (name is "kind" or "apiVersion" || value is null)
                continue;
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    /// <summary>Metadata of a Table of one object.</summary>
    public static JsonObject VersionOf(JsonObject obj) =>
        obj["metadata"]?["resourceVersion"] is { } version ? new JsonObject { ["resourceVersion"] = version.DeepClone() } : [];

    static JsonObject Meta(ListPage page)
    {
        var meta = new JsonObject { ["resourceVersion"] = page.Revision.ToString(CultureInfo.InvariantCulture) };
        if (page.Continue is not null)
        {
            meta["continue"] = page.Continue;
            if (page.Remaining is { } remaining)
                meta["remainingItemCount"] = remaining;
        }
        return meta;
    }
}

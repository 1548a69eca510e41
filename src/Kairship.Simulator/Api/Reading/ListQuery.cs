using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Api.Selectors;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Reading;

/// <summary>Selectors of a list or a watch.</summary>
internal sealed record ListFilter(LabelSelector Labels, FieldSelector Fields)
{
    public static ListFilter Of(ApiCall call) =>
        new(LabelSelector.Parse(call.Query["labelSelector"]), FieldSelector.Parse(NameAsField(call), call.Type));

    public bool Matches(JsonObject obj) =>
        (Labels.IsEverything || Labels.Matches(obj["metadata"]?["labels"] as JsonObject)) && (Fields.IsEverything || Fields.Matches(obj));

    static string? NameAsField(ApiCall call)
    {
        var text = call.Query["fieldSelector"].ToString();
        return call.Path.Name is null ? text : $"metadata.name={call.Path.Name}{(text.Length == 0 ? "" : ",")}{text}";
    }
}

/// <summary>One page of a list.</summary>
internal sealed record ListPage(IReadOnlyList<JsonObject> Items, long Revision, string? Continue, int Remaining);

/// <summary>Lists: a snapshot at one revision, in pages that all show that revision.</summary>
internal static class ListQuery
{
    public static ListPage Read(ApiCall call, ObjectStore store)
    {
        var filter = ListFilter.Of(call);
        var limit = int.TryParse(call.Query["limit"], out var l) && l > 0 ? l : int.MaxValue;
        var (group, plural, ns) = (call.Type.Group, call.Type.Plural, call.Path.Namespace);
        if (call.Query["continue"].ToString() is { Length: > 0 } token)
        {
            var (at, after) = Decode(token);
            var objects = store.ListAt(group, plural, ns, at) ?? throw ApiException.Gone(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.");
            return Page(objects.Where(o => string.CompareOrdinal(Position(o), after) > 0), filter, at, limit);
        }
        var asked = Revision(call.Query["resourceVersion"]);
        if (asked is > 0 && call.Query["resourceVersionMatch"] == "Exact")
        {
            var objects = store.ListAt(group, plural, ns, asked.Value) ?? throw ApiException.Gone($"The resourceVersion for the provided list is too old.");
            return Page(objects, filter, asked.Value, limit);
        }
        var (current, revision) = store.Snapshot(group, plural, ns);
        if (asked > revision)
            throw new ApiException(504, "Timeout", $"Too large resource version: {asked}, current: {revision}", new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
                ["retryAfterSeconds"] = 1,
            }) { RetryAfterSeconds = 1 };
        return Page(current, filter, revision, limit);
    }

    /// <summary>A resourceVersion of a query; null when it is not given.</summary>
    public static long? Revision(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw new ApiException(400, "BadRequest", $"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }

    static ListPage Page(IEnumerable<JsonObject> objects, ListFilter filter, long revision, int limit)
    {
        var all = objects.Where(filter.Matches).ToList();
        if (all.Count <= limit)
            return new ListPage(all, revision, null, 0);
        var page = all[..limit];
        return new ListPage(page, revision, Encode(revision, Position(page[^1])), all.Count - limit);
    }

    // Behind a separator that sorts before every letter of a name, so that the order is that of namespace and name.
    static string Position(JsonObject obj) => $"{JsonTree.Text(obj["metadata"]?["namespace"])}\u0001{JsonTree.Text(obj["metadata"]?["name"])}";

    static string Encode(long revision, string after) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = revision, ["start"] = after }.ToJsonString()))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    static (long Revision, string After) Decode(string token)
    {
        try
        {
            var padded = token.Replace('-', '+').Replace('_', '/').PadRight((token.Length + 3) / 4 * 4, '=');
            var json = JsonBody.Parse(Convert.FromBase64String(padded))!;
            return (json["rv"]!.GetValue<long>(), json["start"]!.GetValue<string>());
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or NullReferenceException)
        {
            throw ApiException.BadRequest("invalid continue token: continue key is not valid");
        }
    }
}

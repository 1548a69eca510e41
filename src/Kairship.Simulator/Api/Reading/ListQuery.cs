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

    public bool IsEverything => Labels.IsEverything && Fields.IsEverything;

    static string? NameAsField(ApiCall call)
    {
        var text = call.Query["fieldSelector"].ToString();
        return call.Path.Name is null ? text : $"metadata.name={call.Path.Name}{(text.Length == 0 ? "" : ",")}{text}";
    }
}

/// <summary>One page of a list.</summary>
/// <param name="Remaining">How many are left; null where a selector would have to be applied to know.</param>
internal sealed record ListPage(IReadOnlyList<JsonObject> Items, long Revision, string? Continue, int? Remaining);

/// <summary>Lists: a snapshot at one revision, in pages that all show that revision.</summary>
internal static class ListQuery
{
    const string TooOld =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in "
        + "this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
        + "deleted between the time the first chunk was returned and now may show up in the list.";

    public static ListPage Read(ApiCall call, ObjectStore store)
    {
        var filter = ListFilter.Of(call);
        var limit = int.TryParse(call.Query["limit"], out var l) && l > 0 ? l : int.MaxValue;
        var (group, plural, ns) = (call.Type.StoredGroup, call.Type.Plural, call.Path.Namespace);
        if (call.Query["continue"].ToString() is { Length: > 0 } token)
            return Continued(call, store, filter, limit, Decode(token));
        var asked = Revision(call.Query["resourceVersion"]);
        if (asked is > 0 && call.Query["resourceVersionMatch"] == "Exact")
        {
            var objects = store.ListAt(group, plural, ns, asked.Value) ?? throw ApiException.Gone("The resourceVersion for the provided list is too old.");
            return Page(call, objects, filter, asked.Value, limit);
        }
        var (current, revision) = store.Snapshot(group, plural, ns);
        // Version 0 is answered from a cache, which knows no pages.
        return Page(call, current, filter, revision, asked == 0 ? int.MaxValue : limit);
    }

    /// <summary>A revision that has not come about within the time that a read waits for it.</summary>
    public static ApiException TooLarge(long asked, long current) => new(504, "Timeout", $"Timeout: Too large resource version: {asked}, current: {current}", new JsonObject
    {
        ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
        ["retryAfterSeconds"] = 1,
    }) { RetryAfterSeconds = 1 };

    static ListPage Continued(ApiCall call, ObjectStore store, ListFilter filter, int limit, (long Revision, string After) token)
    {
        var (group, plural, ns) = (call.Type.StoredGroup, call.Type.Plural, call.Path.Namespace);
        var (objects, revision) = token.Revision < 0 ? store.Snapshot(group, plural, ns) : (store.ListAt(group, plural, ns, token.Revision), token.Revision);
        if (objects is null)
            throw new ApiException(410, "Expired", TooOld) { Continue = Encode(-1, token.After) };
        return Page(call, objects.Where(o => string.CompareOrdinal(Position(o), token.After) > 0), filter, revision, limit);
    }

    /// <summary>A resourceVersion of a query; null when it is not given.</summary>
    public static long? Revision(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw ApiException.Unclassified($"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }

    static ListPage Page(ApiCall call, IEnumerable<JsonObject> objects, ListFilter filter, long revision, int limit)
    {
        var all = objects.Select(call.Served).Where(filter.Matches).ToList();
        if (all.Count <= limit)
            return new ListPage(all, revision, null, null);
        var page = all[..limit];
        return new ListPage(page, revision, Encode(revision, Position(page[^1])), filter.IsEverything ? all.Count - limit : null);
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

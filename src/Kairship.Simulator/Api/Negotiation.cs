using System.Globalization;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api;

/// <summary>What an answer shows of its objects.</summary>
internal enum View
{
    Whole,
    Table,
    Metadata,
    MetadataList,
}

/// <summary>How the client wants its answer.</summary>
internal sealed record Representation(View View, bool Yaml);

/// <summary>Reads Accept headers. Answers are JSON or YAML, never protobuf: clients that ask for it name JSON as their second choice.</summary>
internal static class Negotiation
{
    const string Json = "application/json";
    const string Yaml = "application/yaml";
    const string Protobuf = "application/vnd.kubernetes.protobuf";

    /// <exception cref="ApiException">406: nothing of it is served.</exception>
    public static Representation Of(string accept)
    {
        var clauses = Clauses(accept).ToList();
        if (clauses.Count == 0)
            return new Representation(View.Whole, false);
        if (!clauses.Exists(c => c.Media is Json or Yaml or Protobuf or "*/*"))
            throw new ApiException(406, "NotAcceptable", "406: Not Acceptable", []);
        foreach (var clause in clauses.Where(c => c.Media is Json or Yaml or "*/*" or "application/*"))
        {
            if (ViewOf(clause) is { } view)
                return new Representation(view, clause.Media == Yaml);
        }
        throw new ApiException(406, "NotAcceptable", $"only the following media types are accepted: {Json}, {Yaml}, {Protobuf}");
    }

    /// <summary>Whether aggregated discovery is asked for; the version of it, else null.</summary>
    public static string? Aggregated(string accept) =>
        Clauses(accept).Where(c => c.Parameters.GetValueOrDefault("g") == "apidiscovery.k8s.io")
            .Select(c => c.Parameters.GetValueOrDefault("v") == "v2beta1" ? "v2beta1" : "v2")
            .FirstOrDefault();

    public static bool WantsTable(ApiCall call) => call.Representation.View == View.Table;

    public static bool WantsMetadata(ApiCall call) => call.Representation.View is View.Metadata or View.MetadataList;

    /// <summary>Metadata of a list is asked for under the name of the list, that of an object under the object's.</summary>
    /// <exception cref="ApiException">406: the other one is asked for.</exception>
    public static void RequireView(ApiCall call, bool list)
    {
        var kind = call.Type.CustomSchema is null ? $"*{(call.Type.Group.Length == 0 ? "core" : call.Type.Group.Split('.')[0])}.{call.Type.Kind}" : "*unstructured.Unstructured";
        if (list && call.Representation.View == View.Metadata)
            throw new ApiException(406, "NotAcceptable", $"you requested PartialObjectMetadata, but the requested object is a list ({kind}List)");
        if (!list && call.Representation.View == View.MetadataList)
            throw new ApiException(406, "NotAcceptable", $"you requested PartialObjectMetadataList, but the requested object is not a list ({kind})");
    }

    static View? ViewOf(Clause clause)
    {
        if (!clause.Parameters.TryGetValue("as", out var name))
            return View.Whole;
        if (clause.Parameters.GetValueOrDefault("g") != "meta.k8s.io" || clause.Parameters.GetValueOrDefault("v") is not ("v1" or "v1beta1"))
            return null;
        return name switch
        {
            "Table" => View.Table,
            "PartialObjectMetadata" => View.Metadata,
            "PartialObjectMetadataList" => View.MetadataList,
            _ => null,
        };
    }

    static IEnumerable<Clause> Clauses(string accept) =>
        accept.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Parse).Where(c => c.Media.Length > 0).OrderByDescending(c => c.Quality);

    static Clause Parse(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in parts.Skip(1).Select(p => p.Split('=', 2, StringSplitOptions.TrimEntries)).Where(p => p.Length == 2))
            parameters[pair[0]] = pair[1];
        var quality = parameters.TryGetValue("q", out var q) && double.TryParse(q, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 1;
        return new Clause(parts[0].ToLowerInvariant(), parameters, quality);
    }

    sealed record Clause(string Media, IReadOnlyDictionary<string, string> Parameters, double Quality);
}

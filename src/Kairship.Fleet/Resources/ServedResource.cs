using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources;

/// <summary>One kind as a cluster serves it.</summary>
public sealed record ServedResource(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Relative path of the collection, or of one object.</summary>
    internal string Path(string? ns, string? name = null)
    {
        var root = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        var collection = Namespaced && ns is not null ? $"{root}/namespaces/{Uri.EscapeDataString(ns)}/{Plural}" : $"{root}/{Plural}";
        return name is null ? collection : $"{collection}/{Uri.EscapeDataString(name)}";
    }
}

/// <summary>The cluster does not serve a kind in the version asked for. The message names the versions of it that the cluster does serve.</summary>
public sealed class UnknownKindException(string cluster, string apiVersion, string kind, IReadOnlyList<string> servedVersions, string? why = null)
    : ClusterException(ClusterFailure.Invalid, cluster, Describe(apiVersion, kind, servedVersions, why))
{
    public IReadOnlyList<string> ServedVersions { get; } = servedVersions;

    private static string Describe(string apiVersion, string kind, IReadOnlyList<string> served, string? why) =>
        $"the cluster does not serve {apiVersion} {kind}"
        + (served.Count == 0 ? "" : $"; it serves {string.Join(", ", served)}")
        + (why is null ? "" : $", and {why}");
}

namespace Kairship.Simulator.Api;

/// <summary>A request path of a resource, taken apart: <c>/api/v1/namespaces/x/pods/y/status</c>.</summary>
internal sealed record ApiPath(string Group, string Version, string Plural, string? Namespace, string? Name, string? Subresource, string? Rest)
{
    /// <summary>Null when the path is not one of a resource (discovery, health, ...).</summary>
    public static ApiPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["api", var version, .. var rest] when rest.Length > 0 => Resource("", version, rest),
            ["apis", var group, var version, .. var rest] when rest.Length > 0 => Resource(group, version, rest),
            _ => null,
        };
    }

    static ApiPath Resource(string group, string version, string[] parts)
    {
        // A namespace itself, its status and its finalizers; deeper paths are resources in it.
        if (parts is ["namespaces", var ns, var plural, .. var rest] && !(group.Length == 0 && plural is "status" or "finalize" && rest.Length == 0))
            return new ApiPath(group, version, plural, Decode(ns), At(rest, 0), At(rest, 1), Tail(rest, 2));
        return new ApiPath(group, version, parts[0], null, At(parts, 1), At(parts, 2), Tail(parts, 3));
    }

    static string? At(string[] parts, int index) => parts.Length > index ? Decode(parts[index]) : null;

    static string? Tail(string[] parts, int from) => parts.Length > from ? string.Join('/', parts[from..]) : null;

    static string Decode(string part) => Uri.UnescapeDataString(part);
}

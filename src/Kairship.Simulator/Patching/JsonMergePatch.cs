using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Patching;

/// <summary>RFC 7386.</summary>
internal static class JsonMergePatch
{
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        var result = JsonTree.Copy(target);
        Into(result, patch);
        return result;
    }

    static void Into(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject changes)
                Into(JsonTree.Child(target, name), changes);
            else
                target[name] = JsonTree.CopyNode(value);
        }
    }
}

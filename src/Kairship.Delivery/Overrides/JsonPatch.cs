using System.Text.Json.Nodes;
using Kairship.Delivery.Drift;

namespace Kairship.Delivery.Overrides;

/// <summary>add, remove and replace of RFC 6902.</summary>
internal static class JsonPatch
{
    /// <summary>False: the place does not exist (for add: its parent does not, or takes no such name).</summary>
    public static bool Applies(JsonObject root, PatchOverrider patch) =>
        patch.Operator == OverrideOperator.Add ? JsonPointer.CanAdd(root, patch.Path) : JsonPointer.TryFind(root, patch.Path, out _);

    /// <summary>False, and nothing changed, where it does not apply.</summary>
    public static bool Apply(JsonObject root, PatchOverrider patch)
    {
        if (!Applies(root, patch))
        {
            return false;
        }

        switch (patch.Operator)
        {
            case OverrideOperator.Add:
                JsonPointer.Add(root, patch.Path, patch.Value);
                break;
            case OverrideOperator.Remove:
                JsonPointer.Remove(root, patch.Path);
                break;
            default:
                JsonPointer.Replace(root, patch.Path, patch.Value);
                break;
        }

        return true;
    }
}

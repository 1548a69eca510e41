using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

internal static class DefinitionMarks
{
    /// <summary>Nobody changes it here.</summary>
    public static bool IsReadonly(DefinitionRecord version) =>
        version.Json.Length > 0 && WorkflowDefinition.Parse(version.Json) is { IsReadonly: true } or { IsSystem: true };
}

using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Schema;

/// <summary>The schema of any served kind.</summary>
internal static class Schemas
{
    static readonly SchemaNode Unknown = new(SchemaKind.Struct)
    {
        PreserveUnknown = true,
        Fields = new Dictionary<string, SchemaNode> { ["metadata"] = BuiltInSchemas.ObjectMeta },
    };

    public static SchemaNode Of(ResourceType type)
    {
        if (type.CustomSchema is { } custom)
            return CustomSchemas.Of(custom);
        return BuiltInSchemas.Of(type.ApiVersion, type.Kind) ?? Unknown;
    }
}

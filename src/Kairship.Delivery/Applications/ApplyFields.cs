using System.Text.Json.Nodes;

namespace Kairship.Delivery.Applications;

/// <summary>spec.apply and spec.source of an application's YAML.</summary>
internal static class ApplyFields
{
    public static ApplyPolicy ReadPolicy(FieldReader apply) => new()
    {
        Adopt = apply.Choice("adopt", AdoptionRule.Never),
        Conflicts = apply.Choice("conflicts", ConflictRule.Fail),
        Recreate = apply.Choice("recreate", RecreateRule.Never),
    };

    /// <summary>null: nothing but defaults.</summary>
    public static JsonObject? Write(ApplyPolicy policy) => policy == new ApplyPolicy() ? null : new JsonObject
    {
        ["adopt"] = policy.Adopt.ToString(),
        ["conflicts"] = policy.Conflicts.ToString(),
        ["recreate"] = policy.Recreate.ToString(),
    };

    public static SourceSpec ReadSource(FieldReader source) => new()
    {
        Path = source.Text("path"),
        Inline = source.Text("inline"),
        Recursive = source.Flag("recursive"),
        HelmValues = source.Texts("helmValues") ?? [],
    };

    public static JsonObject Write(SourceSpec source)
    {
        var fields = new JsonObject();
        Shape.Set(fields, "path", source.Path);
        Shape.Set(fields, "inline", source.Inline);
        Shape.Set(fields, "helmValues", source.HelmValues.Count > 0 ? source.HelmValues : null);
        if (source.Recursive)
        {
            fields["recursive"] = true;
        }

        return fields;
    }
}

using System.Text.Json.Nodes;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Applications;

/// <summary>spec.overrides in YAML, with Karmada's field names.</summary>
internal static class OverrideFields
{
    public static OverrideRule Read(FieldReader rule)
    {
        var target = rule.Object("targetCluster", SelectorFields.Affinity) ?? new ClusterAffinity();
        return (rule.Object("overriders", overriders => Overriders(overriders, target)) ?? new OverrideRule(target, [])) with
        {
            Name = rule.Text("name"),
            Scope = rule.Choice("scope", OverrideScope.Namespaced),
            ResourceSelectors = rule.Objects("resourceSelectors", ReadObject) ?? [],
        };
    }

    public static OverrideRule Overriders(FieldReader fields, ClusterAffinity target) => new(target, fields.Objects("imageOverrider", Image) ?? [])
    {
        CommandOverriders = fields.Objects("commandOverrider", List) ?? [],
        ArgsOverriders = fields.Objects("argsOverrider", List) ?? [],
        LabelsOverriders = fields.Objects("labelsOverrider", Map) ?? [],
        AnnotationsOverriders = fields.Objects("annotationsOverrider", Map) ?? [],
        FieldOverriders = fields.Objects("fieldOverrider", Field) ?? [],
        PlaintextOverriders = fields.Objects("plaintext", f => Patch(f, "path")) ?? [],
    };

    public static ObjectSelector ReadObject(FieldReader fields) => new(
        fields.Required("apiVersion"), fields.Required("kind"), fields.Text("namespace"), fields.Text("name"), fields.Object("labelSelector", SelectorFields.Selector));

    public static JsonObject Write(OverrideRule rule)
    {
        var fields = new JsonObject();
        Shape.Set(fields, "name", rule.Name);
        Shape.Set(fields, "scope", rule.Scope == OverrideScope.Namespaced ? null : rule.Scope.ToString());
        Set(fields, "resourceSelectors", rule.ResourceSelectors, Object);
        fields["targetCluster"] = SelectorFields.Affinity(rule.TargetCluster);
        var overriders = new JsonObject();
        Set(overriders, "imageOverrider", rule.ImageOverriders, Image);
        Set(overriders, "commandOverrider", rule.CommandOverriders, List);
        Set(overriders, "argsOverrider", rule.ArgsOverriders, List);
        Set(overriders, "labelsOverrider", rule.LabelsOverriders, Map);
        Set(overriders, "annotationsOverrider", rule.AnnotationsOverriders, Map);
        Set(overriders, "fieldOverrider", rule.FieldOverriders, Field);
        Set(overriders, "plaintext", rule.PlaintextOverriders, patch => Patch(patch, "path"));
        fields["overriders"] = overriders;
        return fields;
    }

    private static void Set<T>(JsonObject fields, string name, IReadOnlyList<T> items, Func<T, JsonNode?> write)
    {
        if (items.Count > 0)
        {
            fields[name] = Shape.List(items, write);
        }
    }

    private static OverrideOperator Operator(FieldReader fields)
    {
        fields.Required("operator");
        return fields.Choice("operator", OverrideOperator.Replace);
    }

    private static string Word(OverrideOperator op) => op.ToString().ToLowerInvariant();

    private static ImageOverrider Image(FieldReader overrider)
    {
        overrider.Required("component");
        return new ImageOverrider(overrider.Choice("component", ImageComponent.Registry), Operator(overrider), overrider.Text("value"), overrider.Text("container"))
        {
            Path = overrider.Object("predicate", predicate => predicate.Required("path")),
        };
    }

    private static ListOverrider List(FieldReader overrider) => new(overrider.Required("containerName"), Operator(overrider), overrider.Texts("value") ?? []);

    private static MapOverrider Map(FieldReader overrider) => new(Operator(overrider), overrider.TextMap("value") ?? new Dictionary<string, string>());

    private static PatchOverrider Patch(FieldReader overrider, string path) => new(overrider.Required(path), Operator(overrider), overrider.Node("value"));

    private static FieldOverrider Field(FieldReader overrider)
    {
        var (json, yaml) = (overrider.Objects("json", f => Patch(f, "subPath")), overrider.Objects("yaml", f => Patch(f, "subPath")));
        if (json is null == yaml is null)
        {
            overrider.Problem("json", "or yaml says what changes: give one of the two.");
        }

        return new FieldOverrider(overrider.Required("fieldPath"), json is null ? FieldFormat.Yaml : FieldFormat.Json, json ?? yaml ?? []);
    }

    private static JsonObject Object(ObjectSelector selector)
    {
        var fields = new JsonObject { ["apiVersion"] = selector.ApiVersion, ["kind"] = selector.Kind };
        Shape.Set(fields, "namespace", selector.Namespace);
        Shape.Set(fields, "name", selector.Name);
        Shape.Set(fields, "labelSelector", selector.LabelSelector is { } labels ? SelectorFields.Selector(labels) : null);
        return fields;
    }

    private static JsonObject Image(ImageOverrider overrider)
    {
        var fields = new JsonObject { ["component"] = overrider.Component.ToString(), ["operator"] = Word(overrider.Operator) };
        Shape.Set(fields, "value", overrider.Value);
        Shape.Set(fields, "container", overrider.Container);
        Shape.Set(fields, "predicate", overrider.Path is { } path ? new JsonObject { ["path"] = path } : null);
        return fields;
    }

    private static JsonObject List(ListOverrider overrider)
    {
        var fields = new JsonObject { ["containerName"] = overrider.ContainerName, ["operator"] = Word(overrider.Operator) };
        Shape.Set(fields, "value", overrider.Value);
        return fields;
    }

    private static JsonObject Map(MapOverrider overrider) => new()
    {
        ["operator"] = Word(overrider.Operator),
        ["value"] = new JsonObject(overrider.Value.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)JsonValue.Create(v.Value)))),
    };

    private static JsonObject Patch(PatchOverrider patch, string path)
    {
        var fields = new JsonObject { [path] = patch.Path, ["operator"] = Word(patch.Operator) };
        if (patch.Value is { } value)
        {
            fields["value"] = value.DeepClone();
        }

        return fields;
    }

    private static JsonObject Field(FieldOverrider overrider) => new()
    {
        ["fieldPath"] = overrider.FieldPath,
        [overrider.Format == FieldFormat.Json ? "json" : "yaml"] = Shape.List(overrider.Patches, patch => Patch(patch, "subPath")),
    };
}

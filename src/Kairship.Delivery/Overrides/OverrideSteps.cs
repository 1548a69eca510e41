using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Overrides;

/// <summary>What one kind of overriders of a rule changed in one object.</summary>
/// <param name="Rule">Its name; null: it has none.</param>
/// <param name="Overrider">As the YAML calls it: "imageOverrider", "plaintext".</param>
public sealed record OverrideEffect(ObjectRef Ref, string? Rule, string Overrider, IReadOnlyList<FieldChange> Changes);

/// <summary>Manifests after their overrides, and what changed on the way, in the order in which it did.</summary>
public sealed record OverrideTrace(IReadOnlyList<Manifest> Manifests, IReadOnlyList<OverrideEffect> Effects);

/// <summary>The overriders of a rule in their order.</summary>
internal static class OverrideSteps
{
    public static void Run(OverrideRule rule, ObjectEdit edit, OverrideMisses misses, List<OverrideEffect>? effects)
    {
        // Images were always free to be absent: a rule for a registry is for whatever has images.
        Step(rule.ImageOverriders, "imageOverrider", o => misses.Saw(o.Path is null, rule, $"the image at {o.Path}", edit.Image(o)));
        Step(rule.CommandOverriders, "commandOverrider", o => misses.Saw(false, rule, $"a container {o.ContainerName}", edit.List("command", o)));
        Step(rule.ArgsOverriders, "argsOverrider", o => misses.Saw(false, rule, $"a container {o.ContainerName}", edit.List("args", o)));
        Step(rule.LabelsOverriders, "labelsOverrider", o => edit.Map("labels", o));
        Step(rule.AnnotationsOverriders, "annotationsOverrider", o => edit.Map("annotations", o));
        Step(rule.FieldOverriders, "fieldOverrider", o => misses.Saw(false, rule, $"the field {o.FieldPath}", edit.Field(o)));
        Step(rule.PlaintextOverriders, "plaintext", o => misses.Saw(false, rule, $"the place {o.Path}", edit.Patch(o)));

        void Step<T>(IReadOnlyList<T> overriders, string name, Action<T> act)
        {
            if (overriders.Count == 0)
            {
                return;
            }

            var before = effects is null ? null : (JsonObject)edit.Json.DeepClone();
            foreach (var overrider in overriders)
            {
                act(overrider);
            }

            if (before is not null && FieldDiff.Compare(before, edit.Json, edit.Ref) is { Count: > 0 } changes)
            {
                effects!.Add(new OverrideEffect(edit.Ref, rule.Name, name, changes));
            }
        }
    }
}

/// <summary>Overriders that found nothing to act on. In some objects that is as it should be, in all of them it is a slip.</summary>
internal sealed class OverrideMisses
{
    private readonly Dictionary<(OverrideRule Rule, string What), bool> _found = [];

    public void Saw(bool mayMiss, OverrideRule rule, string what, bool acted)
    {
        if (!mayMiss)
        {
            _found[(rule, what)] = acted || _found.GetValueOrDefault((rule, what));
        }
    }

    /// <exception cref="ManifestException">An overrider acted nowhere.</exception>
    public void Refuse()
    {
        foreach (var ((rule, what), found) in _found)
        {
            if (!found)
            {
                throw new ManifestException($"The override {rule.Name ?? "without a name"} wants {what}, which none of the objects that it is for has; correct it, or narrow it with resourceSelectors.");
            }
        }
    }
}

using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Overrides;

/// <summary>
/// Applies what differs in one cluster. Rules act one after the other, each on the result of the one before, the most specific last (<see cref="OverrideOrder"/>); inside a rule
/// image, command, args, labels, annotations, field, plaintext, as in Karmada.
/// </summary>
public static class OverrideApplier
{
    /// <summary>The manifests with the overrides of <paramref name="cluster"/>; objects that no rule changes are returned as they are.</summary>
    /// <exception cref="ManifestException">An overrider finds nothing to act on in any object, or would make something that is not valid.</exception>
    public static IReadOnlyList<Manifest> Apply(IReadOnlyList<Manifest> manifests, IReadOnlyList<OverrideRule> rules, ClusterFacts cluster) =>
        rules.Count == 0 ? manifests : Run(manifests, rules, cluster, null);

    /// <summary>The same, with what each overrider changed, for people. Values of Secrets are masked.</summary>
    /// <exception cref="ManifestException">As <see cref="Apply(IReadOnlyList{Manifest}, IReadOnlyList{OverrideRule}, ClusterFacts)"/>.</exception>
    public static OverrideTrace Trace(IReadOnlyList<Manifest> manifests, IReadOnlyList<OverrideRule> rules, ClusterFacts cluster)
    {
        var effects = new List<OverrideEffect>();
        return new OverrideTrace(Run(manifests, rules, cluster, effects), effects);
    }

    /// <summary>One overrider on one image, as Karmada does: add appends to the part, replace sets it, remove drops it. A tag and a digest exclude each other:
    /// the component Tag acts on whichever there is, and a value like "sha256:…" becomes the digest.</summary>
    public static ImageReference Apply(ImageReference image, ImageOverrider overrider)
    {
        var value = overrider.Value ?? "";
        return (overrider.Component, overrider.Operator) switch
        {
            (ImageComponent.Registry, OverrideOperator.Add) => image with { Registry = image.Registry + value },
            (ImageComponent.Registry, OverrideOperator.Replace) => image with { Registry = value },
            (ImageComponent.Registry, _) => image with { Registry = null },
            (ImageComponent.Repository, OverrideOperator.Add) => image with { Repository = image.Repository + value },
            (ImageComponent.Repository, OverrideOperator.Replace) => image with { Repository = value },
            (ImageComponent.Repository, _) => throw new ManifestException($"{image}: an image cannot do without its repository; replace it instead of removing it."),
            (_, OverrideOperator.Add) => WithTag(image, (image.Tag ?? image.Digest) + value),
            (_, OverrideOperator.Replace) => WithTag(image, value),
            _ => image with { Tag = null, Digest = null },
        };
    }

    internal static ImageReference WithTag(ImageReference image, string tagOrDigest) => ImageReference.IsDigest(tagOrDigest)
        ? image with { Tag = null, Digest = tagOrDigest }
        : image with { Tag = tagOrDigest, Digest = null };

    private static IReadOnlyList<Manifest> Run(IReadOnlyList<Manifest> manifests, IReadOnlyList<OverrideRule> rules, ClusterFacts cluster, List<OverrideEffect>? effects)
    {
        var mine = rules.Where(rule => AffinityMatcher.Matches(rule.TargetCluster, cluster)).ToList();
        if (mine.Count == 0)
        {
            return manifests;
        }

        var misses = new OverrideMisses();
        var result = manifests.Select(manifest =>
        {
            var edit = new ObjectEdit(manifest);
            foreach (var rule in OverrideOrder.For(manifest, mine))
            {
                OverrideSteps.Run(rule, edit, misses, effects);
            }

            return edit.ToManifest();
        }).ToList();
        misses.Refuse();
        return result;
    }
}

using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Overrides;

/// <summary>Applies what differs in one cluster. The rules act in the order they are written, each on the result of the one before.</summary>
public static class OverrideApplier
{
    /// <summary>The manifests with the overrides of <paramref name="cluster"/>; objects that no rule changes are returned as they are.</summary>
    /// <exception cref="ManifestException">An image that a rule should change is not an image reference, or would not be one afterwards.</exception>
    public static IReadOnlyList<Manifest> Apply(IReadOnlyList<Manifest> manifests, IReadOnlyList<OverrideRule> rules, ClusterFacts cluster)
    {
        var overriders = rules.Where(rule => AffinityMatcher.Matches(rule.TargetCluster, cluster)).SelectMany(rule => rule.ImageOverriders).ToList();
        return overriders.Count == 0 ? manifests : manifests.Select(manifest => Apply(manifest, overriders)).ToList();
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

    private static Manifest Apply(Manifest manifest, List<ImageOverrider> overriders)
    {
        var json = (JsonObject)manifest.Json.DeepClone();
        var changed = false;
        foreach (var container in PodTemplates.AllContainers(json))
        {
            foreach (var overrider in overriders.Where(o => o.Container is null || o.Container == container["name"]?.ToString()))
            {
                var before = container["image"]?.ToString() ?? "";
                var after = Apply(Read(before, manifest), overrider).ToString();
                if (!ImageReference.TryParse(after, out _))
                {
                    throw new ManifestException(
                        $"{manifest.Ref}: the override {overrider.Operator} {overrider.Component} '{overrider.Value}' makes '{after}' of '{before}', which is not an image reference.");
                }

                changed |= after != before;
                container["image"] = after;
            }
        }

        return changed ? manifest with { Json = json } : manifest;
    }

    private static ImageReference Read(string image, Manifest manifest) => ImageReference.TryParse(image, out var reference)
        ? reference
        : throw new ManifestException($"{manifest.Ref}: '{image}' is not an image reference, so the overrides of this cluster cannot change it.");
}

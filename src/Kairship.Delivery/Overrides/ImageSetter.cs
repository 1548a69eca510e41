using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Overrides;

/// <summary>"release --image NAME=TAG": the same manifests with another version of one image.</summary>
public static class ImageSetter
{
    /// <summary>
    /// Sets every image that <paramref name="name"/> means: its full repository, or else the last part of its repository, or else the container's name.
    /// </summary>
    /// <param name="tagOrRef">A tag ("1.2"), a digest ("sha256:…" or "@sha256:…"), or a whole reference, told by a '/', ':' or '@' in it.</param>
    /// <exception cref="ManifestException">Nothing has that name (the known ones are listed), or the result is not an image reference.</exception>
    public static IReadOnlyList<Manifest> Set(IReadOnlyList<Manifest> manifests, string name, string tagOrRef)
    {
        var images = manifests.SelectMany(m => PodTemplates.AllContainers(m.Json)).Select(Known.Of).OfType<Known>().ToList();
        Func<Known, string>[] meanings = [k => k.Image.FullRepository, k => k.Image.Repository, k => k.Image.ShortName, k => k.Container];
        var meaning = Array.Find(meanings, candidate => images.Any(image => candidate(image) == name))
            ?? throw new ManifestException($"No image or container is called '{name}'. Known: {Names(images)}.");
        return manifests.Select(manifest => Set(manifest, known => meaning(known) == name, tagOrRef)).ToList();
    }

    private static string Names(List<Known> images) =>
        string.Join(", ", images.Select(image => image.Image.ShortName).Concat(images.Select(image => image.Container)).Distinct().Order(StringComparer.Ordinal));

    private static Manifest Set(Manifest manifest, Func<Known, bool> isMeant, string tagOrRef)
    {
        var json = (JsonObject)manifest.Json.DeepClone();
        var changed = false;
        foreach (var container in PodTemplates.AllContainers(json))
        {
            if (Known.Of(container) is { } known && isMeant(known))
            {
                container["image"] = Next(known.Image, tagOrRef).ToString();
                changed = true;
            }
        }

        return changed ? manifest with { Json = json } : manifest;
    }

    private static ImageReference Next(ImageReference image, string tagOrRef)
    {
        var bare = tagOrRef.TrimStart('@');
        if (ImageReference.IsDigest(bare) || ImageReference.IsTag(tagOrRef))
        {
            return OverrideApplier.WithTag(image, bare);
        }

        return tagOrRef.AsSpan().ContainsAny('/', ':', '@') && ImageReference.TryParse(tagOrRef, out var whole)
            ? whole
            : throw new ManifestException($"'{tagOrRef}' is neither a tag, nor a digest, nor an image reference: for example '1.2', 'sha256:…' or 'registry.example/team/app:1.2'.");
    }

    private sealed record Known(string Container, ImageReference Image)
    {
        public static Known? Of(JsonObject container) => ImageReference.TryParse(container["image"]?.ToString(), out var image)
            ? new Known(container["name"]?.ToString() ?? "", image)
            : null;
    }
}

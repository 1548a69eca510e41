using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Releases;
using Kairship.Server.Applications.Sources;
using Kairship.Server.Problems;

namespace Kairship.Server.Applications;

/// <summary>What is to be released: a revision that exists, or manifests that become one.</summary>
/// <param name="Existing">Not null: nothing has to be added.</param>
internal sealed record RevisionDraft(string? Name, string Manifests, string Digest, Revision? Existing);

/// <summary>Makes a revision out of manifests, out of the application's own source, out of other images in the current revision, or finds one by name.</summary>
internal sealed class RevisionSource(IDeliveryStore delivery, ServerSources sources, TimeProvider time)
{
    private const int RevisionsLookedAt = 100;

    /// <summary>Checks and parses; stores nothing.</summary>
    /// <exception cref="ManifestException">The source is not YAML, or not Kubernetes objects.</exception>
    public async Task<Answer<RevisionDraft>> DraftAsync(
        string application, string? source, IReadOnlyList<ImageTag>? images, string? name, CancellationToken cancellationToken)
    {
        if (name is not null && !RevisionNames.IsName(name))
        {
            return Refusal.Unprocessable("The revision cannot be called this.", [new ProblemError("revision", RevisionNames.Rule)]);
        }

        if (source is null && images is not { Count: > 0 })
        {
            if (name is not null && await delivery.GetRevisionAsync(application, name, cancellationToken) is { } known)
            {
                return new RevisionDraft(known.Name, known.Manifests, known.Digest, known);
            }

            if (await delivery.GetApplicationAsync(application, cancellationToken) is { Source: { } own } spec)
            {
                return await DraftAsync(application, ManifestParser.Parse(await sources.RenderAsync(spec, own, cancellationToken)), name, cancellationToken);
            }

            return name is null
                ? Refusal.Unprocessable("There is nothing to release: give manifests (source), images, or the name of a revision that exists, or give the application a source of its own (spec.source).")
                : await UnknownRevisionAsync(application, name, cancellationToken);
        }

        if (source is not null && images is { Count: > 0 })
        {
            return Refusal.Unprocessable("Give manifests (source) or images, not both.");
        }

        var manifests = source is not null ? ManifestParser.Parse(source) : null;
        if (manifests is null)
        {
            var changed = await WithImagesAsync(application, images!, cancellationToken);
            if (changed.Refusal is { } refusal)
            {
                return refusal;
            }

            manifests = changed.Granted;
        }

        if (manifests.Count == 0)
        {
            return Refusal.Unprocessable("There is no Kubernetes object in the source.", [new ProblemError("source", "must hold at least one object")]);
        }

        return await DraftAsync(application, manifests, name, cancellationToken);
    }

    /// <summary>Stores the draft. The same manifests without a name are the revision that they were before.</summary>
    /// <exception cref="DeliveryConflictException">There is a revision of this name with other manifests.</exception>
    public async Task<Revision> KeepAsync(string application, RevisionDraft draft, string by, CancellationToken cancellationToken) =>
        draft.Existing ?? await delivery.AddRevisionAsync(application, draft.Name, draft.Manifests, draft.Digest, by, time.GetUtcNow(), cancellationToken);

    private async Task<Answer<RevisionDraft>> DraftAsync(
        string application, IReadOnlyList<Manifest> manifests, string? name, CancellationToken cancellationToken)
    {
        var digest = ManifestParser.Digest(manifests);
        var existing = name is not null
            ? await delivery.GetRevisionAsync(application, name, cancellationToken)
            : (await delivery.ListRevisionsAsync(application, RevisionsLookedAt, cancellationToken)).FirstOrDefault(r => r.Digest == digest);
        return existing is null || existing.Digest == digest
            ? new RevisionDraft(name, ManifestParser.ToJsonArray(manifests), digest, existing)
            : Refusal.Conflict($"Revision '{name}' of {application} exists with other manifests, and a revision never changes. Choose another name.");
    }

    private async Task<Refusal> UnknownRevisionAsync(string application, string name, CancellationToken cancellationToken)
    {
        var known = (await delivery.ListRevisionsAsync(application, 10, cancellationToken)).Select(r => r.Name).ToList();
        return Refusal.Unprocessable(
            $"{application} has no revision '{name}', and there are no manifests to make it of.",
            [new ProblemError("revision", known.Count == 0 ? "there is no revision yet: give manifests (source)" : $"the newest are {string.Join(", ", known)}")]);
    }

    private async Task<Answer<IReadOnlyList<Manifest>>> WithImagesAsync(
        string application, IReadOnlyList<ImageTag> images, CancellationToken cancellationToken)
    {
        var current = await delivery.GetCurrentRevisionAsync(application, cancellationToken);
        if (current is null || await delivery.GetRevisionAsync(application, current, cancellationToken) is not { } revision)
        {
            return Refusal.Conflict($"Nothing of {application} has been released yet, so there are no images to change: release manifests (source) first.");
        }

        var manifests = ManifestParser.FromJsonArray(revision.Manifests);
        foreach (var (image, i) in images.Select((image, i) => (image, i)))
        {
            if (string.IsNullOrWhiteSpace(image.Name) || string.IsNullOrWhiteSpace(image.Tag))
            {
                return Refusal.Unprocessable("An image needs a name and a tag.", [new ProblemError($"images[{i}]", "must be {\"name\": ..., \"tag\": ...}")]);
            }

            manifests = ImageSetter.Set(manifests, image.Name, image.Tag);
        }

        return new Answer<IReadOnlyList<Manifest>>(manifests, null);
    }
}

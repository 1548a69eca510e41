using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>The ControllerRevisions of a StatefulSet or DaemonSet: one for each template it had, so that an old one can be used again.</summary>
internal static class Revisions
{
    public const string Label = "controller-revision-hash";

    /// <summary>The label of a StatefulSet's revisions; those of a DaemonSet carry <see cref="Label"/>.</summary>
    private const string SetLabel = "controller.kubernetes.io/hash";

    /// <summary>The revision of the template as it is now, created when it is new, numbered highest.</summary>
    /// <returns>Its name.</returns>
    public static string Current(ControlContext context, JsonObject owner)
    {
        var template = owner.Spec("template");
        var name = $"{owner.NameOf()}-{TemplateHash.Of(template)}";
        var key = new ObjectKey("apps", "controllerrevisions", owner.NamespaceOf(), name);
        var known = context.Index.Owned(owner.UidOf(), "controllerrevisions");
        var newest = known.Select(Number).DefaultIfEmpty().Max();
        if (known.Find(r => r.NameOf() == name) is { } existing)
        {
            if (Number(existing) < newest)
            {
                context.Store.Update(
                    key,
                    r =>
                    {
                        r["revision"] = newest + 1;
                        return r;
                    });
            }

            return name;
        }

        if (context.Store.Get(key) is null && context.IsOpen(owner.NamespaceOf()))
        {
            context.Store.Create(key, New(owner, template, name, newest + 1));
            Prune(context, owner, known);
        }

        return name;
    }

    /// <summary>What the pods of a DaemonSet are labelled with: the name without the owner's.</summary>
    public static string HashOf(JsonObject owner, string name) => name[(owner.NameOf().Length + 1)..];

    /// <summary>The pod template of a revision; null when it is gone.</summary>
    public static JsonObject? Template(ControlContext context, JsonObject owner, string name)
    {
        var revision = context.Store.Get(new ObjectKey("apps", "controllerrevisions", owner.NamespaceOf(), name));
        if (JsonTree.At(revision, "data", "spec", "template") is not JsonObject stored)
        {
            return null;
        }

        var template = JsonTree.Copy(stored);
        template.Remove("$patch");
        return template;
    }

    private static JsonObject New(JsonObject owner, JsonNode? template, string name, long revision)
    {
        var labels = JsonTree.At(owner, "spec", "template", "metadata", "labels") is JsonObject wanted ? JsonTree.Copy(wanted) : [];
        labels[owner.KindOf() == "DaemonSet" ? Label : SetLabel] = HashOf(owner, name);
        // A patch that puts this template in the place of another: kubectl rollout undo sends it.
        var replacing = new JsonObject { ["$patch"] = "replace" };
        foreach (var (field, value) in template as JsonObject ?? [])
        {
            replacing[field] = JsonTree.CopyNode(value);
        }

        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ControllerRevision",
            ["metadata"] = new JsonObject { ["labels"] = labels, ["ownerReferences"] = new JsonArray(owner.OwnerReference()) },
            ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = replacing } },
            ["revision"] = revision,
        };
    }

    private static void Prune(ControlContext context, JsonObject owner, List<JsonObject> known)
    {
        var used = JsonTree.Text(owner.Status("currentRevision"));
        var old = known.Where(r => r.NameOf() != used).OrderBy(Number).ToList();
        foreach (var revision in old.Take(old.Count - owner.Spec("revisionHistoryLimit").Int(10)))
        {
            context.Store.Delete(new ObjectKey("apps", "controllerrevisions", owner.NamespaceOf(), revision.NameOf()));
        }
    }

    private static long Number(JsonObject revision) => JsonTree.Number(revision["revision"]) ?? 0;
}

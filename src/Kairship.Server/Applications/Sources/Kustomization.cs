using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Server.Applications.Sources;

/// <summary>Builds a kustomization with kubectl's own kustomize. What it refers to is looked at first: nothing from elsewhere, nothing outside of the root.</summary>
internal sealed class Kustomization(ChildProgram child)
{
    private const int MaxFolders = 200;
    private static readonly string[] Names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    /// <summary>Fields whose entries are files or folders. Others of the file hold no paths, or paths that kustomize itself keeps inside of its folder.</summary>
    private static readonly string[] Lists =
        ["resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators", "patchesStrategicMerge"];

    public static bool IsIn(string folder) => FileOf(folder) is not null;

    public async Task<string> BuildAsync(string folder, SourceOrder order, CancellationToken cancellationToken)
    {
        if (!order.AllowRemote)
        {
            Check(folder, order.Root is null ? null : SourceFiles.RealPath(order.Root), []);
        }

        var kubectl = child.Find("kubectl")
            ?? throw new ManifestException("Kustomizations are built by kubectl, which is not on the PATH: install it (https://kubernetes.io/docs/tasks/tools), or give what 'kustomize build' prints.");
        return await child.RunAsync(kubectl, ["kustomize", folder], folder, order.AllowRemote, cancellationToken);
    }

    private static string? FileOf(string folder) => Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static void Check(string folder, string? root, HashSet<string> seen)
    {
        if (!seen.Add(folder) || FileOf(folder) is not { } file)
        {
            return;
        }

        if (seen.Count > MaxFolders)
        {
            throw new ManifestException($"The kustomization refers to more than {MaxFolders} others.");
        }

        foreach (var entry in Entries(ReadFile(file)))
        {
            var place = CheckEntry(folder, entry, root);
            if (Directory.Exists(place))
            {
                Check(place, root, seen);
            }
        }
    }

    /// <summary>The full path of what an entry names.</summary>
    private static string CheckEntry(string folder, string entry, string? root)
    {
        var place = Path.GetFullPath(entry, folder);
        if (!File.Exists(place) && !Directory.Exists(place))
        {
            throw new ManifestException(
                $"The kustomization in '{folder}' refers to '{entry}', and there is no such file or folder. If it is an address: bases from elsewhere are fetched only when that is allowed; "
                + "better keep a copy of it beside the rest, so that a release is the same tomorrow.");
        }

        var real = SourceFiles.RealPath(place);
        return root is null || SourceFiles.IsBelow(real, root)
            ? real
            : throw new ManifestException($"The kustomization in '{folder}' refers to '{entry}', which lies outside of the source root.");
    }

    private static JsonObject ReadFile(string file)
    {
        var info = new FileInfo(file);
        if (info.Length > 1024 * 1024)
        {
            throw new ManifestException($"'{file}' has {info.Length:N0} bytes: that is no kustomization.");
        }

        return ManifestParser.ParseDocument(File.ReadAllText(file)) as JsonObject ?? throw new ManifestException($"'{file}' is not a kustomization: it must be an object with 'resources:'.");
    }

    private static IEnumerable<string> Entries(JsonObject kustomization)
    {
        var listed = Lists.SelectMany(name => Texts(kustomization, name));
        var patches = ((string[])["patches", "patchesJson6902", "replacements"]).SelectMany(name => Items(kustomization, name).OfType<JsonObject>())
            .Concat(Fields(kustomization, "openapi").OfType<JsonObject>()).SelectMany(p => Fields(p, "path")).Select(p => p?.ToString()).OfType<string>();
        var generated = ((string[])["configMapGenerator", "secretGenerator"]).SelectMany(name => Items(kustomization, name).OfType<JsonObject>())
            .SelectMany(g => Texts(g, "files").Concat(Texts(g, "envs")).Concat(Fields(g, "env").Select(e => e?.ToString()).OfType<string>()))
            .Select(text => text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..]);

        // A patch or a transformer may also stand there as text, of several lines.
        return listed.Concat(patches).Concat(generated).Where(text => !text.Contains('\n', StringComparison.Ordinal));
    }

    /// <summary>All that kustomize takes for this field: it reads names as Go does, whatever their case, and with the two letters that fold into ASCII.</summary>
    private static IEnumerable<JsonNode?> Fields(JsonObject fields, string name) => fields
        .Where(f => f.Key.Replace('\u017F', 's').Replace('\u212A', 'k').Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value);

    private static IEnumerable<JsonNode?> Items(JsonObject fields, string name) => Fields(fields, name).OfType<JsonArray>().SelectMany(items => items);

    private static IEnumerable<string> Texts(JsonObject fields, string name) =>
        Items(fields, name).OfType<JsonValue>().Select(v => v.TryGetValue<string>(out var text) ? text : null).OfType<string>();
}

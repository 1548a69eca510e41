using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Delivery.Manifests;

/// <summary>What every Kubernetes object must have, checked before any cluster is asked.</summary>
internal static class ObjectShape
{
    public static void Check(JsonObject fields, string where)
    {
        var apiVersion = Text(fields, "apiVersion", "apiVersion", where, "for example 'apps/v1'");
        if (apiVersion.Split('/') is not ([{ Length: > 0 }] or [{ Length: > 0 }, { Length: > 0 }]) || apiVersion.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '/')))
        {
            throw new ManifestException($"{where}: apiVersion '{apiVersion}' is neither 'version' nor 'group/version', for example 'v1' or 'apps/v1'.");
        }

        var kind = Text(fields, "kind", "kind", where, "for example 'Deployment'");
        if (!char.IsAsciiLetter(kind[0]) || kind.Length > 63 || !kind.All(char.IsAsciiLetterOrDigit))
        {
            throw new ManifestException($"{where}: kind '{kind}' is not a kind: letters and digits, at most 63, for example 'Deployment'.");
        }

        if (fields["metadata"] is not JsonObject metadata)
        {
            throw new ManifestException($"{where}: {kind} has no metadata: it must be an object with a name, for example 'metadata: {{name: web}}'.");
        }

        CheckName(metadata, kind, where);
        CheckTexts(metadata, "labels", kind, where);
        CheckTexts(metadata, "annotations", kind, where);
    }

    private static void CheckName(JsonObject metadata, string kind, string where)
    {
        if (metadata["name"] is null && metadata["generateName"] is not null)
        {
            throw new ManifestException($"{where}: {kind} has generateName but no name; what is released again and again needs a fixed metadata.name.");
        }

        var name = Text(metadata, "name", "metadata.name", where, "a text in lower case, for example 'web'");
        if (name.Length > 253 || name is "." or ".." || name.Any(c => c is '/' or '%' or '?' or '#' || char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            throw new ManifestException($"{where}: metadata.name '{YamlScalars.Shorten(name)}' cannot name an object: at most 253 characters without '/', '%', '?', '#' or space.");
        }

        if (metadata.ContainsKey("namespace") && metadata["namespace"] is var given && (given is not JsonValue value || !value.TryGetValue<string>(out var space) || !DnsName.IsLabel(space)))
        {
            throw new ManifestException($"{where}: metadata.namespace of {kind}/{name} is {(given is null ? "empty" : $"'{given}'")}; leave it out, or give {DnsName.LabelRule}.");
        }
    }

    private static void CheckTexts(JsonObject metadata, string property, string kind, string where)
    {
        if (metadata[property] is null)
        {
            return;
        }

        if (metadata[property] is not JsonObject texts)
        {
            throw new ManifestException($"{where}: metadata.{property} of {kind}/{metadata["name"]} must be an object of texts.");
        }

        foreach (var (key, value) in texts)
        {
            if (value is not null && value.GetValueKind() != JsonValueKind.String)
            {
                throw new ManifestException($"{where}: metadata.{property}['{key}'] of {kind}/{metadata["name"]} is {value.ToJsonString()}, not a text: put it in quotes.");
            }
        }
    }

    private static string Text(JsonObject fields, string property, string path, string where, string right) =>
        fields[property] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0
            ? text
            : throw new ManifestException(
                $"{where}: {path} is {(fields[property] is { } other ? $"{YamlScalars.Shorten(other.ToJsonString())}, not a text" : "missing")}: {right}. "
                + "Every Kubernetes object needs apiVersion, kind and metadata.name.");
}

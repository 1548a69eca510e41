using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Karmada;

/// <summary>A text with policies of Karmada, and perhaps the application that they are for.</summary>
/// <param name="Policies">Documents for <see cref="KarmadaReader.Read"/>.</param>
/// <param name="Application">A document for <see cref="ApplicationYaml.Parse"/>; null: there is none in the text.</param>
public sealed record KarmadaText(string Policies, string? Application)
{
    private static readonly ManifestLimits Limits = new() { MaxBytes = 1024 * 1024, MaxDepth = 32, MaxNodes = 50_000 };

    /// <summary>Null: there is no policy of Karmada in the text, or it is no YAML; then it is read as an application.</summary>
    /// <exception cref="ApplicationYamlException">There are several applications beside the policies.</exception>
    public static KarmadaText? Find(string yamlOrJson)
    {
        // Most texts have none, and need not be read twice.
        if (!yamlOrJson.Contains("policy.karmada.io/", StringComparison.Ordinal))
        {
            return null;
        }

        IReadOnlyList<JsonNode> documents;
        try
        {
            documents = [.. ManifestParser.ReadDocuments(yamlOrJson, Limits).Select(d => d.Root).OfType<JsonNode>()];
        }
        catch (ManifestException)
        {
            return null;
        }

        var applications = documents.Where(d => !IsPolicy(d) && (d as JsonObject)?["kind"]?.ToString() == ApplicationYaml.Kind).ToList();
        if (!documents.Any(IsPolicy))
        {
            return null;
        }

        return applications.Count <= 1
            ? new KarmadaText(string.Join("\n---\n", documents.Except(applications).Select(d => d.ToJsonString())), applications.FirstOrDefault()?.ToJsonString())
            : throw new ApplicationYamlException([new ApplicationProblem("", $"There are {applications.Count} applications beside the policies; policies go into one: give one text for each.")]);
    }

    private static bool IsPolicy(JsonNode document) =>
        (document as JsonObject)?["apiVersion"]?.ToString().StartsWith("policy.karmada.io/", StringComparison.Ordinal) ?? false;
}

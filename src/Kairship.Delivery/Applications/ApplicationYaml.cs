using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Applications;

/// <summary>Applications as people write them: YAML or JSON, kind Application of kairship.io/v1. What is written reads back as the same application.</summary>
public static class ApplicationYaml
{
    public const string ApiVersion = "kairship.io/v1";
    public const string Kind = "Application";

    private static readonly ManifestLimits Limits = new() { MaxBytes = 256 * 1024, MaxDepth = 32, MaxNodes = 20_000 };

    /// <exception cref="ApplicationYamlException">With all problems, each with the path of its field.</exception>
    public static Application Parse(string yaml)
    {
        var problems = new List<ApplicationProblem>();
        var application = FieldReader.Read(Document(yaml).Root, "", problems, ApplicationFields.Read);
        if (problems.Count == 0)
        {
            problems.AddRange(ApplicationValidator.Validate(application!));
        }

        return problems.Count == 0 ? application! : throw new ApplicationYamlException(problems);
    }

    /// <summary>YAML that <see cref="Parse"/> reads back as the same application. Lists that are null are left out.</summary>
    public static string Write(Application application) => YamlWriter.Write(ApplicationFields.Write(application));

    private static SourceDocument Document(string yaml)
    {
        try
        {
            var documents = ManifestParser.ReadDocuments(yaml, Limits).Where(document => document.Root is not null).ToList();
            return documents is [var only]
                ? only
                : throw new ApplicationYamlException([new ApplicationProblem("", $"The text has {documents.Count} documents; an application is exactly one, with 'kind: {Kind}'.")]);
        }
        catch (ManifestException e)
        {
            throw new ApplicationYamlException([new ApplicationProblem("", e.Message)], e);
        }
    }
}

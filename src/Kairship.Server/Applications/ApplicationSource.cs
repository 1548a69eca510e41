using Kairship.Api;
using Kairship.Delivery.Applications;
using Kairship.Server.Problems;

namespace Kairship.Server.Applications;

internal static class ApplicationSource
{
    /// <summary>The application, or everything that is wrong with its text.</summary>
    public static Answer<Application> Parse(string yaml)
    {
        try
        {
            return ApplicationYaml.Parse(yaml);
        }
        catch (ApplicationYamlException e)
        {
            return Refused("This is not an Application (kind: Application, apiVersion: kairship.io/v1).", e);
        }
    }

    public static Refusal Refused(string detail, ApplicationYamlException problems) =>
        Refusal.Unprocessable(detail, [.. problems.Problems.Select(p => new ProblemError(p.Path, p.Message))]);
}

using Kairship.Api;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Karmada;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Server.Problems;

namespace Kairship.Server.Applications;

/// <summary>An application out of a text.</summary>
/// <param name="Notes">What of the text has no effect here, as sentences.</param>
internal sealed record ReadApplication(Application Application, IReadOnlyList<string> Notes);

/// <summary>Reads applications, and Karmada's policies into the application that they are for: the one in the same text, the named one, or the one whose objects they select.</summary>
internal sealed class PolicySource(IDeliveryStore delivery)
{
    private const int MostNamed = 10;

    /// <param name="target">Into which application policies go.</param>
    public async Task<Answer<ReadApplication>> ReadAsync(string text, string? target, CancellationToken cancellationToken)
    {
        KarmadaPolicies policies;
        KarmadaText? found;
        try
        {
            found = KarmadaText.Find(text);
            if (found is null)
            {
                return Plain(text, target);
            }

            policies = KarmadaReader.Read(found.Policies);
        }
        catch (ApplicationYamlException e)
        {
            return ApplicationSource.Refused("These policies of Karmada cannot be taken over as they are.", e);
        }

        var application = found.Application is { } own ? ApplicationSource.Parse(own) : await FindAsync(policies, target, cancellationToken);
        if (application.Refusal is { } refusal)
        {
            return refusal;
        }

        try
        {
            return new ReadApplication(policies.ApplyTo(application.Granted), policies.Notes);
        }
        catch (ApplicationYamlException e)
        {
            return ApplicationSource.Refused($"These policies do not fit {application.Granted.Name}.", e);
        }
    }

    private static Answer<ReadApplication> Plain(string text, string? target)
    {
        if (target is not null)
        {
            return Refusal.Unprocessable("There are no policies of Karmada in the text.", [new ProblemError("application", "names an application for policies; an application says its name itself")]);
        }

        var parsed = ApplicationSource.Parse(text);
        return parsed.Refusal is { } refusal ? refusal : new ReadApplication(parsed.Granted, []);
    }

    private async Task<Answer<Application>> FindAsync(KarmadaPolicies policies, string? target, CancellationToken cancellationToken)
    {
        if (target is not null)
        {
            return await delivery.GetApplicationAsync(target, cancellationToken) is { } named ? named : ApplicationService.Unknown(target);
        }

        List<Application> selected = [];
        foreach (var application in await delivery.ListApplicationsAsync(cancellationToken))
        {
            if (policies.Selects(await ManifestsAsync(application, cancellationToken), application.Namespace))
            {
                selected.Add(application);
            }
        }

        return selected.Count == 1
            ? selected[0]
            : Refusal.Unprocessable(
                selected.Count == 0 ? "The policies select no object of any application." : $"The policies select objects of {string.Join(", ", selected.Take(MostNamed).Select(a => a.Name))}.",
                [new ProblemError("application", "name the application that they are for: kairship apply -f FILE --application NAME, or ?application=NAME; or put it into the same text")]);
    }

    private async Task<IReadOnlyList<Manifest>> ManifestsAsync(Application application, CancellationToken cancellationToken)
    {
        var current = await delivery.GetCurrentRevisionAsync(application.Name, cancellationToken);
        var revision = current is not null
            ? await delivery.GetRevisionAsync(application.Name, current, cancellationToken)
            : await delivery.ListRevisionsAsync(application.Name, 1, cancellationToken) is [var newest, ..] ? newest : null;
        try
        {
            return revision is not null ? ManifestParser.FromJsonArray(revision.Manifests)
                : application.Source?.Inline is { } inline ? ManifestParser.Parse(inline)
                : [];
        }
        catch (ManifestException)
        {
            // What is wrong with another application's source is told when that one is released.
            return [];
        }
    }
}

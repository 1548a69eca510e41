namespace Kairship.Delivery.Applications;

internal sealed class ProblemList
{
    private readonly List<ApplicationProblem> _problems = [];

    public IReadOnlyList<ApplicationProblem> Problems => _problems;

    public void Unless(bool holds, string path, string message)
    {
        if (!holds)
        {
            _problems.Add(new ApplicationProblem(path, message));
        }
    }
}

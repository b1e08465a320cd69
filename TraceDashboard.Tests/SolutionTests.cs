namespace TraceDashboard.Tests;

public class SolutionTests
{
    [Fact]
    public void Builds() => Assert.True(true);
}
